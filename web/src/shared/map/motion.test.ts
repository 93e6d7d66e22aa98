import { expect, it } from 'vitest'
import { GLIDE_MS, Motion } from './motion'

it('walks from the last place to the new fix and never beyond it', () => {
  const motion = new Motion()
  motion.take([['E07', 37, -122, 90, 10, 0]], 0)
  motion.take([['E07', 37.001, -122, 90, 10, 1000]], 1000)
  expect(motion.at('E07', 1000)?.lat).toBe(37)
  expect(motion.at('E07', 1000 + GLIDE_MS / 2)?.lat).toBeCloseTo(37.0005, 6)
  expect(motion.at('E07', 1000 + GLIDE_MS)?.lat).toBe(37.001)
  expect(motion.at('E07', 1000 + 60 * GLIDE_MS)?.lat).toBe(37.001)
})

it('starts the next leg from where the unit is drawn, without a jump back', () => {
  const motion = new Motion()
  motion.take([['E07', 37, -122, null, null, 0]], 0)
  motion.take([['E07', 37.001, -122, null, null, 1000]], 1000)
  motion.take([['E07', 37.002, -122, null, null, 1500]], 1500)
  expect(motion.at('E07', 1500)?.lat).toBeCloseTo(37.0005, 6)
})

it('puts a unit that jumped half a kilometre there at once', () => {
  const motion = new Motion()
  motion.take([['E07', 37, -122, null, null, 0]], 0)
  motion.take([['E07', 37.02, -122, null, null, 1000]], 1000)
  expect(motion.at('E07', 1000)?.lat).toBe(37.02)
  expect(motion.isGliding(1000)).toBe(false)
})

it('stands still for those who asked for less motion', () => {
  const motion = new Motion(false)
  motion.take([['E07', 37, -122, null, null, 0]], 0)
  motion.take([['E07', 37.001, -122, null, null, 1000]], 1000)
  expect(motion.at('E07', 1000)?.lat).toBe(37.001)
})
