import { describe, expect, it } from 'vitest'
import type { Arterial, MeasuredSpeed, Stop } from '../shapes'
import { hoursOf, measuredOn, withSpeeds } from './measured'

const stop = (junction: string, to_next_m: number) => ({ junction, to_next_m, speed_kmh: [40, 50] }) as unknown as Stop
const MAIN = { id: 'main', stops: [stop('a', 300), stop('b', 600), stop('c', 0)], waves: [] } as unknown as Arterial
const speed = (start: string, end: string, hour: number, times: number, speed_kmh: number, arterial = 'main'): MeasuredSpeed => ({
  arterial,
  start,
  end,
  hour,
  times,
  speed_kmh,
})
const ALL = [speed('a', 'b', 7, 6, 30), speed('b', 'a', 7, 4, 40), speed('b', 'c', 8, 9, 40), speed('a', 'b', 7, 9, 99, 'other')]

describe('measured speeds', () => {
  it('are of both ways and the hours asked for, of each section by itself', () => {
    const found = measuredOn(MAIN, ALL, 7, 9)
    expect(found?.sections).toEqual([
      { speed_kmh: 34, times: 10 },
      { speed_kmh: 40, times: 9 },
    ])
    expect(found?.times).toBe(9)
    expect(found?.speed_kmh).toBeCloseTo(900 / (300 / 34 + 600 / 40))
    expect(measuredOn(MAIN, ALL, 8, 9)?.sections[0]).toBe(null)
    expect(measuredOn(MAIN, ALL, 12, 14)).toBe(null)
    expect(hoursOf(MAIN, ALL)).toEqual([
      [7, 8],
      [8, 9],
    ])
  })
  it('take the place of the speed range where they are known, and of nothing else', () => {
    const made = withSpeeds(MAIN, measuredOn(MAIN, ALL, 8, 9)!)
    expect(made.stops.map((one) => one.speed_kmh)).toEqual([
      [40, 50],
      [40, 40],
      [40, 50],
    ])
    expect(MAIN.stops[1]?.speed_kmh).toEqual([40, 50])
    expect(made.id).toBe('main')
  })
})
