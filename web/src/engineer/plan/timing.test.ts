import { describe, expect, it } from 'vitest'
import type { Plan } from '../shapes'
import { group, plan } from './a-plan.fixture'
import { lasts, moved, stretches, typed, withGreen, withOffset } from './timing'

const only = (made: Plan) => made.windows.map((one) => [one.from_s, one.to_s])

describe('a signal-timing diagram', () => {
  it('shows green, the amber after it and the red-amber before it', () => {
    expect(stretches(plan(['K1', 10, 40]), group('K1'))).toEqual([
      { shows: 'green', from_s: 10, to_s: 40, window: 0 },
      { shows: 'amber', from_s: 40, to_s: 43, window: 0 },
      { shows: 'red-amber', from_s: 9, to_s: 10, window: 0 },
    ])
  })
  it('cuts what goes over the end of the cycle in two', () => {
    expect(stretches(plan(['K1', 70, 79]), group('K1')).filter((one) => one.shows === 'amber')).toEqual([
      { shows: 'amber', from_s: 79, to_s: 80, window: 0 },
      { shows: 'amber', from_s: 0, to_s: 2, window: 0 },
    ])
    expect(stretches(plan(['K1', 70, 10]), group('K1')).filter((one) => one.shows === 'green')).toHaveLength(2)
  })
  it('shows green alone where it lasts the whole cycle', () => {
    expect(stretches(plan(['K1', 0, 80]), group('K1'))).toEqual([{ shows: 'green', from_s: 0, to_s: 80, window: 0 }])
    expect(stretches(plan(['K1', 0, 0]), group('K1'))).toEqual([{ shows: 'green', from_s: 0, to_s: 80, window: 0 }])
  })
})

describe('a green', () => {
  it('is moved whole, by its beginning and by its end', () => {
    expect(only(moved(plan(['K1', 10, 40]), 0, 'both', 5))).toEqual([[15, 45]])
    expect(only(moved(plan(['K1', 10, 40]), 0, 'from', 5))).toEqual([[15, 40]])
    expect(only(moved(plan(['K1', 10, 40]), 0, 'to', -5))).toEqual([[10, 35]])
  })
  it('goes over the end of the cycle, and ends at it as such', () => {
    expect(only(moved(plan(['K1', 60, 75]), 0, 'both', 10))).toEqual([[70, 5]])
    expect(only(moved(plan(['K1', 60, 75]), 0, 'to', 5))).toEqual([[60, 80]])
    expect(only(moved(plan(['K1', 5, 30]), 0, 'from', -10))).toEqual([[75, 30]])
  })
  it('keeps a second and has no more than the cycle', () => {
    expect(only(moved(plan(['K1', 10, 40]), 0, 'from', 100))).toEqual([[39, 40]])
    expect(only(moved(plan(['K1', 10, 40]), 0, 'to', -100))).toEqual([[10, 11]])
    expect(lasts(moved(plan(['K1', 10, 40]), 0, 'to', 100).windows[0]!, 80)).toBe(80)
    expect(lasts(moved(plan(['K1', 10, 40]), 0, 'from', -100).windows[0]!, 80)).toBe(80)
  })
  it('is typed, added after the last one, and its offset is within the cycle', () => {
    expect(only(typed(plan(['K1', 10, 40]), 0, 70, 10))).toEqual([[70, 10]])
    expect(typed(plan(['K1', 10, 40]), 0, Number.NaN, 10)).toEqual(plan(['K1', 10, 40]))
    expect(only(withGreen(plan(['K1', 10, 40]), 'K1', 8))).toEqual([
      [10, 40],
      [50, 58],
    ])
    expect(withOffset(plan(), 95).offset_s).toBe(15)
  })
})
