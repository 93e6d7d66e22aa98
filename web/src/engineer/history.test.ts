import { expect, it } from 'vitest'
import { begun, changed, redone, undone } from './history'

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
