import { describe, expect, it } from 'vitest'
import type { Interval, Junction, JunctionPlans } from '../shapes'
import { extent, share, shown, signed, verdict } from './figures'
import { differences, onTheClock } from './sides'

const at = (mean: number, low: number, high: number): Interval => ({ mean, low, high })

describe('figures', () => {
  it('are better or worse only where the interval leaves nought out', () => {
    expect(verdict(at(-3, -5, -1), 'delay_s')).toBe('better')
    expect(verdict(at(3, 1, 5), 'delay_s')).toBe('worse')
    expect(verdict(at(-3, -7, 1), 'delay_s')).toBe('open')
    expect(verdict(at(-3, -6, 0), 'stops')).toBe('open')
    expect(verdict(at(0, 0, 0), 'stops')).toBe('same')
  })
  it('are not judged where every seed has the same difference, or where nobody got through', () => {
    expect(verdict(at(-3, -3, -3), 'delay_s')).toBe('alike')
    expect(verdict(null, 'delay_s')).toBe('none')
    expect(share(null, at(50, 48, 52))).toBe(null)
    expect(share(at(-5, -6, -4), null)).toBe(null)
    expect(extent([null])).toEqual(extent([at(0, 0, 0)]))
  })
  it('count more vehicles as better', () => {
    expect(verdict(at(40, 5, 75), 'throughput')).toBe('better')
    expect(verdict(at(-40, -75, -5), 'throughput')).toBe('worse')
  })
  it('read with their sign and as many digits as say something', () => {
    expect([shown(3.456), shown(34.56), shown(8420.4), shown(-0.001)]).toEqual(['3.46', '34.6', '8420', '0.00'])
    expect([signed(2), signed(-2), signed(0)]).toEqual(['+2.00', '−2.00', '0.00'])
    expect(share(at(-5, -6, -4), at(50, 48, 52))).toBe(-0.1)
    expect(share(at(1, 0, 2), at(0, 0, 0))).toBe(null)
    const [low, high] = extent([at(-3, -5, -1)])
    expect(low).toBeLessThan(-5)
    expect(high).toBeGreaterThan(0)
  })
})

describe('two sets of plans', () => {
  const junction = (id: string) => ({ id, name: { en: id, zh: id }, groups: [{}] }) as unknown as Junction
  const plans = (offset_s: number, windows = [{ group: 'K1', from_s: 0, to_s: 30 }]): JunctionPlans => ({
    id: 'a',
    plans: [{ id: 'day', cycle_s: 80, offset_s, windows }],
    hours: [],
  })
  it('differ where an offset, a green, a plan or the hours differ, and not by the order in the file', () => {
    const one = [junction('a')]
    const two = [
      { group: 'K1', from_s: 0, to_s: 30 },
      { group: 'K2', from_s: 40, to_s: 70 },
    ]
    expect(
      differences(
        one,
        () => plans(0),
        () => plans(0),
      ),
    ).toEqual([])
    expect(
      differences(
        one,
        () => plans(0, two),
        () => plans(0, [...two].reverse()),
      ),
    ).toEqual([])
    expect(
      differences(
        one,
        () => plans(0),
        () => plans(5),
      )[0]?.pairs.map((pair) => pair.name),
    ).toEqual(['day'])
    expect(
      differences(
        one,
        () => undefined,
        () => plans(5),
      )[0]?.pairs[0]?.before,
    ).toBe(undefined)
    const hours = { ...plans(0), hours: [{ plan: 'day', days: ['mon' as const], from: '06:00' }] }
    expect(
      differences(
        one,
        () => plans(0),
        () => hours,
      )[0],
    ).toMatchObject({ pairs: [], hours: true })
  })
  it('differ where another plan comes last and no hours are given: that one runs', () => {
    const both = (last: string): JunctionPlans => ({
      id: 'a',
      plans: ['day', 'night'].sort((one) => (one === last ? 1 : -1)).map((id) => ({ id, cycle_s: 80, offset_s: 0, windows: [] })),
      hours: [],
    })
    const found = differences(
      [junction('a')],
      () => both('day'),
      () => both('night'),
    )
    expect(found[0]).toMatchObject({ pairs: [], hours: false, running: ['day', 'night'] })
  })
  it('are drawn with their offsets', () => {
    const [green, whole] = onTheClock({
      id: 'day',
      cycle_s: 80,
      offset_s: 70,
      windows: [
        { group: 'K1', from_s: 0, to_s: 30 },
        { group: 'K2', from_s: 0, to_s: 80 },
      ],
    }).windows
    expect([green?.from_s, green?.to_s]).toEqual([70, 20])
    expect([whole?.from_s, whole?.to_s]).toEqual([0, 80])
  })
})
