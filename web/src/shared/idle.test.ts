import { describe, expect, it } from 'vitest'
import { idleOf, touchedAsOf, WARNED_S } from './idle'

const MINUTE_MS = 60_000

describe('a console that nobody touches', () => {
  it('stays open until the term is over, says so half a minute before, and then is due', () => {
    expect(idleOf(0, 15 * MINUTE_MS - WARNED_S * 1_000 - 1, 15)).toEqual({ stage: 'awake' })
    expect(idleOf(0, 15 * MINUTE_MS - WARNED_S * 1_000, 15)).toEqual({ stage: 'soon', left_s: WARNED_S })
    expect(idleOf(0, 15 * MINUTE_MS - 1, 15)).toEqual({ stage: 'soon', left_s: 1 })
    expect(idleOf(0, 15 * MINUTE_MS, 15)).toEqual({ stage: 'due' })
  })

  it('is due at once after a sleep of the computer', () => {
    expect(idleOf(0, 9 * 60 * MINUTE_MS, 15)).toEqual({ stage: 'due' })
  })

  it('never is where the city says never', () => {
    expect(idleOf(0, 9 * 60 * MINUTE_MS, 0)).toEqual({ stage: 'awake' })
  })

  it('counts from now on when the clock was put back', () => {
    expect(idleOf(60 * MINUTE_MS, 0, 15)).toEqual({ stage: 'awake' })
    expect(touchedAsOf(60 * MINUTE_MS, 5)).toBe(5)
    expect(touchedAsOf(3, 5)).toBe(3)
  })

  it('is the same for every whole minute of the term', () => {
    for (let term_min = 1; term_min <= 480; term_min++) {
      expect(idleOf(7, 7 + term_min * MINUTE_MS - 1, term_min).stage).toBe('soon')
      expect(idleOf(7, 7 + term_min * MINUTE_MS, term_min).stage).toBe('due')
    }
  })
})
