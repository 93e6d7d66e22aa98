import { expect, it } from 'vitest'
import { momentsOf, wallTimeOf } from './times'

const secondsOf = (typed: string) => wallTimeOf(typed)?.seconds ?? null
const SF = 'America/Los_Angeles'

it('reads times of day as people write them, and no others', () => {
  expect(['14:05', '1405', '14：05', '14:05:00', '140500', ' 14.05 '].map(secondsOf)).toEqual(Array(6).fill(50_700))
  expect(secondsOf('9:05')).toBe(32_700)
  expect(['24:00', '14:60', '14', 'noon', '14:05:61', ''].map(secondsOf)).toEqual(Array(6).fill(null))
})

it('takes a time after midnight for the next day, and leaves a small step back to the desk', () => {
  const [taken, scene, none, clear] = momentsOf('2026-03-04', ['23:50', '00:04', '', '00:30:10'], SF)
  expect(new Date(taken as number).toISOString()).toBe('2026-03-05T07:50:00.000Z')
  expect([(scene as number) - (taken as number), none, (clear as number) - (scene as number)]).toEqual([840_000, null, 1_570_000])
  const [first, second] = momentsOf('2026-03-04', ['14:10', '14:05'], SF)
  expect((second as number) - (first as number)).toBe(-300_000)
})

it('keeps wall time over the night in which clocks change', () => {
  const [before, after] = momentsOf('2026-03-07', ['23:30', '03:30'], SF)
  expect((after as number) - (before as number)).toBe(3 * 3_600_000)
})

it('takes the day that is written over the day that is guessed', () => {
  const [taken, closed, after] = momentsOf('2026-01-04', ['20:00', '10:00+1', '10:30'], SF)
  expect([(closed as number) - (taken as number), (after as number) - (closed as number)]).toEqual([14 * 3_600_000, 1_800_000])
})
