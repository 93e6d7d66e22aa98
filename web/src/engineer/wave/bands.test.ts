import { describe, expect, it } from 'vitest'
import cases from './bands.fixture.json'
import { bySection, floored, passes, through, type Section, type Site } from './bands'

const site = (offset_s: number, lasts_s = 40): Site => ({
  offset_s,
  out: [{ from_s: 0, lasts_s }],
  back: [{ from_s: 0, lasts_s }],
  outQueue_s: 0,
  backQueue_s: 0,
})
const sections: Section[] = [{ out_s: 30, back_s: 30 }]

describe('bands', () => {
  it.each(cases.map((one, n) => [n, one] as const))('are those of signals/scan.py, street %i', (_, one) => {
    const found = through(one.sites, one.sections, one.cycle_s)
    for (const way of ['out', 'back'] as const) {
      expect(found[way].width_s).toBeCloseTo(one.found[way].width_s, 6)
      if (one.found[way].width_s) expect(found[way].from_s).toBeCloseTo(one.found[way].from_s, 6)
    }
  })
  it('are the whole green where the offset is the travel time', () => {
    expect(through([site(0), site(30)], sections, 90).out.width_s).toBeCloseTo(40)
    expect(through([site(0), site(30)], sections, 90).back.width_s).toBeCloseTo(10)
    expect(through([site(0, 30), site(45, 30)], [{ out_s: 0, back_s: 0 }], 90).back.width_s).toBe(0)
  })
  it('change with an offset at once, and a green over the end of the cycle counts whole', () => {
    expect(through([site(0), site(80)], sections, 90).out.width_s).toBe(0)
    expect(through([site(0), site(10)], sections, 90).out.width_s).toBeCloseTo(20)
    const split: Site = {
      ...site(0),
      out: [
        { from_s: 70, lasts_s: 20 },
        { from_s: 0, lasts_s: 20 },
      ],
    }
    expect(through([split, { ...split, offset_s: 30 }], sections, 90).out.width_s).toBeCloseTo(40)
  })
  it('of a section are wider than through the whole road', () => {
    const sites = [site(0), site(30), site(10)]
    const ways = [...sections, { out_s: 30, back_s: 30 }]
    const whole = through(sites, ways, 90).out.width_s
    for (const own of bySection(sites, ways, 90)) expect(own.out.width_s).toBeGreaterThanOrEqual(whole)
  })
  it('run ahead of the queue that has to clear first', () => {
    const sites = [site(0), { ...site(30), outQueue_s: 5, backQueue_s: 7 }]
    expect(passes(sites, sections, false)).toEqual([0, 25])
    expect(passes([{ ...site(0), backQueue_s: 7 }, site(30)], sections, true)).toEqual([23, 0])
  })
  it('reckon as Python does below nought', () => expect(floored(-1, 90)).toBe(89))
})
