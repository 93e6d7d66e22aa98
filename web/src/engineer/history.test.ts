import { expect, it } from 'vitest'
import { begun, changed, redone, undone, shortened } from './history'

it('goes back and forth step by step, a stroke as one', () => {
  let history = begun(0)
  history = changed(history, 1)
  history = changed(history, 2)
  history = changed(history, 3, true)
  expect(history.now).toBe(3)
  history = undone(history)
  expect(history.now).toBe(1)
  history = undone(undone(history))
  expect(history.now).toBe(0)
  expect(redone(redone(history)).now).toBe(3)
})

it('lets go what was undone once something else is done', () => {
  const history = changed(undone(changed(begun('a'), 'b')), 'c')
  expect(redone(history).now).toBe('c')
  expect(undone(history).now).toBe('a')
})

it('keeps so many steps and no more', () => {
  let history = begun(0)
  for (let n = 1; n <= 500; n++) history = changed(history, n)
  expect(history.past.length).toBe(200)
  expect(changed(history, 500)).toBe(history)
})

it('is kept with its nearest steps, as many as there is room for', () => {
  const long = (n: number) => `${n} `.repeat(100_000)
  let history = begun(long(0))
  for (let n = 1; n <= 8; n++) history = changed(history, long(n))
  history = undone(undone(history))
  const kept = shortened(history)
  expect(kept.now).toBe(history.now)
  expect(kept.past.length + kept.future.length).toBeLessThan(8)
  expect(kept.past).toEqual(history.past.slice(-kept.past.length))
  expect(kept.future).toEqual(history.future.slice(0, kept.future.length))
  let small = begun(0)
  for (let n = 1; n <= 120; n++) small = changed(small, n)
  expect(shortened(small).past).toEqual(small.past.slice(-50))
  expect(shortened(undone(small)).future).toEqual([120])
})
