import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Arterial, BandsAnswer, District } from '../shapes'
import { through } from './bands'
import { isLacking, ofAnswer, ofPlans, type Wavy } from './sites'

/** The server's own examples of its answers. */
const example = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../../tests/signals/districts/answers/${name}.json`, import.meta.url), 'utf8')) as T
const answer = example<BandsAnswer>('bands')
const district = example<District>('district')
const ring = district.arterials.find((one) => one.id === 'ring') as Arterial
const plansOf = (id: string) => district.junctions.find((one) => one.id === id)

describe('the junctions of an arterial', () => {
  it('of a coordination give the bands that the server read off its own', () => {
    const { sites, sections, cycle_s } = ofAnswer(answer)
    const found = through(sites, sections, cycle_s)
    // The answer is rounded to hundredths.
    expect(Math.abs(found.out.width_s - answer.outbound_s)).toBeLessThan(0.03)
    expect(Math.abs(found.back.width_s - answer.inbound_s)).toBeLessThan(0.03)
  })
  it('of plans are their longest greens at the fastest speed, in order', () => {
    const found = ofPlans(ring, plansOf, '0') as Wavy
    expect(found.cycle_s).toBe(90)
    expect(found.stops.map((one) => one.at_m)).toEqual([0, 265.1, 265.1 + 265.7])
    expect(found.sections[0]?.out_s).toBeCloseTo(265.1 / (50 / 3.6), 6)
    expect(found.sections[0]?.back_s).toBeCloseTo(224.6 / (50 / 3.6), 6)
  })
  it('add their ways over a junction without signals', () => {
    const [first, , last] = ring.stops
    const bare = { ...first, junction: 'bare', outbound: '', inbound: '', to_next_m: 100, back_m: 0, speed_kmh: [30, 40] }
    const found = ofPlans({ ...ring, stops: [first, bare, last] } as Arterial, plansOf, '0') as Wavy
    expect(found.stops.map((one) => one.junction)).toEqual(['235', '210'])
    expect(found.stops[1]?.at_m).toBeCloseTo(365.1)
    expect(found.sections[0]?.back_s).toBeCloseTo((224.6 + 100) / (40 / 3.6), 6)
  })
  it('say why there is no diagram', () => {
    const lacking = (arterial: Arterial, plan: string, plans = plansOf) => {
      const found = ofPlans(arterial, plans, plan)
      return isLacking(found) && found.lack
    }
    expect(lacking({ ...ring, stops: ring.stops.slice(0, 1) }, '0')).toBe('few')
    expect(lacking(ring, 'utopia')).toBe('cycles')
    expect(lacking({ ...ring, stops: ring.stops.map((one) => ({ ...one, outbound: 'K99' })) }, '0')).toBe('no-greens')
  })
})
