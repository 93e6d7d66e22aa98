import { describe, expect, it } from 'vitest'
import { DAYS, type Hours } from '../shapes'
import { clockOf, DAY_MINUTES, minutesOf, painted, planOn, renamed, runningAt, strips } from './week'

const WORK = DAYS.slice(0, 5)
const hours: Hours[] = [
  { plan: 'peak', days: WORK, from: '06:30' },
  { plan: 'day', days: WORK, from: '09:30' },
  { plan: 'night', days: WORK, from: '20:00' },
]

describe('the week', () => {
  it('says the time as a clock does', () => {
    expect(minutesOf('06:30')).toBe(390)
    expect(clockOf(390)).toBe('06:30')
  })
  it('runs a plan on until the next begins, over midnight and over the weekend', () => {
    expect(planOn(hours, 'mon', 0)).toBe('night')
    expect(planOn(hours, 'mon', 390)).toBe('peak')
    expect(planOn(hours, 'sun', 720)).toBe('night')
    expect(planOn([], 'sun', 720)).toBe('')
    const { mon, sat } = strips(hours)
    expect(mon.map((one) => [one.plan, one.from, one.to, one.begins])).toEqual([
      ['night', 0, 390, false],
      ['peak', 390, 570, true],
      ['day', 570, 1200, true],
      ['night', 1200, 1440, true],
    ])
    expect(sat).toEqual([{ plan: 'night', from: 0, to: DAY_MINUTES, begins: false }])
    expect(strips([]).mon).toEqual([])
  })
  it('runs by the clock of the city', () => {
    const plans = ['peak', 'day', 'night'].map((id) => ({ id, cycle_s: 80, offset_s: 0, windows: [] }))
    const at = (iso: string, zone: string, own = hours) => runningAt({ id: 'a', plans, hours: own }, Date.parse(iso), zone)?.id
    expect(at('2026-11-26T08:00:00Z', 'UTC')).toBe('peak')
    expect(at('2026-11-26T08:00:00Z', 'America/Los_Angeles')).toBe('night')
    expect(at('2026-11-26T02:00:00Z', 'Asia/Shanghai')).toBe('day')
    expect(at('2026-11-26T08:00:00Z', 'UTC', [])).toBe('night')
  })
  it('is painted with a plan, and stays around it as it was', () => {
    const made = painted(hours, ['sat', 'sun'], 600, 1080, 'day')
    expect(planOn(made, 'sat', 599)).toBe('night')
    expect(planOn(made, 'sat', 600)).toBe('day')
    expect(planOn(made, 'sun', 1079)).toBe('day')
    expect(planOn(made, 'sun', 1080)).toBe('night')
    for (const day of WORK)
      for (let at = 0; at < DAY_MINUTES; at += 15) expect(planOn(made, day, at)).toBe(planOn(hours, day, at))
  })
  it('is painted to the end of a day without flowing into the next, also from Sunday into Monday', () => {
    const made = painted(hours, ['sun'], 0, DAY_MINUTES, 'day')
    expect(planOn(made, 'sun', 0)).toBe('day')
    expect(planOn(made, 'mon', 0)).toBe('night')
    expect(planOn(made, 'sat', 1439)).toBe('night')
  })
  it('where nothing was said, has the plan all week', () => {
    const made = painted([], ['mon'], 60, 120, 'day')
    for (const day of DAYS) expect(planOn(made, day, 0)).toBe('day')
  })
  it('is written in few entries, and nothing that changes nothing', () => {
    const made = painted(hours, WORK, 390, 570, 'day')
    expect(made).toEqual([
      { plan: 'day', days: WORK, from: '06:30' },
      { plan: 'night', days: WORK, from: '20:00' },
    ])
    expect(renamed(hours, 'day', 'noon')[1]?.plan).toBe('noon')
  })
  it('is painted at any minute as asked and elsewhere left alone', () => {
    // Every start, length and plan on every day against the plain definition.
    const minutes = Array.from({ length: 36 }, (_, n) => n * 40)
    for (let seed = 0; seed < 40; seed++) {
      const from = ((seed * 137) % 95) * 15
      const to = Math.min(DAY_MINUTES, from + 15 + ((seed * 61) % 40) * 15)
      const day = DAYS[seed % 7]!
      const plan = ['peak', 'day', 'night'][seed % 3]!
      const made = painted(hours, [day], from, to, plan)
      const isIn = (each: string, at: number) => each === day && at >= from && at < to
      const expected = DAYS.flatMap((each) => minutes.map((at) => (isIn(each, at) ? plan : planOn(hours, each, at))))
      expect(DAYS.flatMap((each) => minutes.map((at) => planOn(made, each, at)))).toEqual(expected)
    }
  })
})
