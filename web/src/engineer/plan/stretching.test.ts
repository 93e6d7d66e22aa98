import { describe, expect, it } from 'vitest'
import type { Junction, Plan } from '../shapes'
import { group, plan } from './a-plan.fixture'
import { withCycle } from './stretching'
import { lasts, within } from './timing'

type Rules = Pick<Junction, 'groups' | 'intergreens'>
const rules = (...pairs: [string, string, number][]): Rules => ({
  groups: ['K1', 'K2', 'K3'].map((id) => group(id)),
  intergreens: pairs.map(([ending, beginning, least_s]) => ({ ending, beginning, least_s })),
})
const NONE: Rules = { groups: [], intergreens: [] }
const BOTH = rules(['K1', 'K2', 5], ['K2', 'K1', 5])
const two = plan(['K1', 0, 40], ['K2', 45, 75])

/** The least that a plan has of each rule: over or at it. */
function isKept(made: Plan, { groups, intergreens }: Rules): boolean {
  const greens = made.windows.every((one) => {
    const least = groups.find((each) => each.id === one.group)?.min_green_s ?? 0
    return lasts(one, made.cycle_s) >= least - 1e-6
  })
  const between = intergreens.every(({ ending, beginning, least_s }) =>
    made.windows
      .filter((one) => one.group === ending && lasts(one, made.cycle_s) < made.cycle_s)
      .every((one) =>
        made.windows
          .filter((next) => next.group === beginning)
          .every((next) => within(next.from_s - one.to_s, made.cycle_s) >= least_s - 1e-6),
      ),
  )
  return greens && between
}

describe('another cycle', () => {
  it('lengthens the greens and leaves the times between them', () => {
    const made = withCycle(two, 100, BOTH)
    expect(made.cycle_s).toBe(100)
    const [one, other] = made.windows as [Plan['windows'][0], Plan['windows'][0]]
    expect(other.from_s - one.to_s).toBe(5)
    expect((one.from_s - other.to_s + 100) % 100).toBe(5)
    expect(lasts(one, 100) + lasts(other, 100)).toBe(90)
  })
  it('leaves an intergreen of a pedestrian that is as long as a green', () => {
    const long = plan(['K1', 0, 30], ['K2', 42, 68])
    const held = rules(['K1', 'K2', 12], ['K2', 'K1', 12])
    for (const cycle of [60, 120]) {
      const made = withCycle(long, cycle, held)
      expect(made.cycle_s).toBe(cycle)
      expect(within(made.windows[1]!.from_s - made.windows[0]!.to_s, cycle)).toBe(12)
      expect(within(made.windows[0]!.from_s - made.windows[1]!.to_s, cycle)).toBe(12)
    }
  })
  it('is no shorter than least greens and intergreens are together', () => {
    const made = withCycle(two, 10, BOTH)
    expect(made.cycle_s).toBe(20)
    expect(made.windows.map((one) => lasts(one, made.cycle_s))).toEqual([5, 5])
    const slow = { ...BOTH, groups: [group('K1', 12), group('K2', 9)] }
    expect(withCycle(two, 10, slow).cycle_s).toBe(31)
  })
  it('leaves what no rule is known of as it was, where it is short', () => {
    expect(withCycle(plan(['K1', 0, 73]), 40, NONE).windows[0]).toEqual({ group: 'K1', from_s: 0, to_s: 33 })
    expect(withCycle(plan(), 40, NONE).cycle_s).toBe(40)
  })
  it.each([61, 79, 81, 120, 137])('of %i seconds keeps whole seconds and the order of greens', (cycle) => {
    const before = plan(['K1', 70, 20], ['K2', 25, 50], ['K3', 53, 66])
    const made = withCycle(before, cycle, rules(['K1', 'K2', 5], ['K2', 'K3', 3], ['K3', 'K1', 4]))
    expect(made.cycle_s).toBe(cycle)
    for (const window of made.windows) expect(Number.isInteger(window.from_s) && Number.isInteger(window.to_s)).toBe(true)
    const at = (n: number) => (made.windows[n]!.from_s - made.windows[0]!.from_s + cycle) % cycle
    expect([at(0), at(1), at(2)]).toEqual([at(0), at(1), at(2)].sort((a, b) => a - b))
  })
  it('goes back to where it was, and a green of the whole cycle stays one', () => {
    expect(withCycle(withCycle(two, 100, BOTH), 80, BOTH).windows.map((one) => lasts(one, 80))).toEqual([40, 30])
    const always = withCycle(plan(['K1', 0, 0], ['K2', 10, 40]), 100, NONE)
    expect(lasts(always.windows[0]!, 100)).toBe(100)
  })
  it('breaks no rule that was kept, whatever the plan and the cycle', () => {
    let seed = 7
    const random = (to: number) => (seed = (seed * 48271) % 2147483647) % to
    for (let n = 0; n < 2_000; n++) {
      const pairs: [string, string, number][] = ['K1 K2', 'K2 K1', 'K2 K3', 'K3 K2'].map((pair) => {
        const [one, other] = pair.split(' ') as [string, string]
        return [one, other, 1 + random(9)]
      })
      const own = { ...rules(...pairs), groups: ['K1', 'K2', 'K3'].map((id) => group(id, 1 + random(14))) }
      const windows = ['K1', 'K2', 'K3', 'K2'].slice(0, 2 + random(3)).map((id): [string, number, number] => {
        const from = random(80)
        return [id, from, (from + 1 + random(60)) % 80]
      })
      const before = plan(...windows)
      const asked = 20 + random(140)
      const made = withCycle(before, asked, own)
      if (!isKept(before, own)) continue
      expect(isKept(made, own), JSON.stringify([before, asked, own, made])).toBe(true)
      expect(asked < 80 ? made.cycle_s >= asked : made.cycle_s === asked, JSON.stringify([before, asked, made])).toBe(true)
    }
  })
})
