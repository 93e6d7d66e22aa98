/** Another cycle for a plan: the long stretches take the difference; least greens and intergreens stay. The guard decides. */
import type { Junction, Plan, Window } from '../shapes'
import { lasts, round, within } from './timing'

type Rules = Pick<Junction, 'groups' | 'intergreens'>

/** What is shorter than this between two changes of the lamps is a transition, also where no intergreen is known. */
const TRANSITION_S = 7
/** Milliseconds are what a plan file can say. */
const LEAST_STEP_S = 0.001

/** Stretches one after another that together last at least so long. */
interface Bound {
  gaps: number[]
  least_s: number
}

interface Pieces {
  /** Where the lamps change, in the plan's order from its first change on. */
  edges: number[]
  /** From each change to the next. */
  gaps: number[]
  bounds: Bound[]
  /** Transitions: nothing is added to them. */
  held: Set<number>
}

/**
 * As near to `cycle_s` as the bounds let it. The difference goes to the stretches in which no lamp changes, each by its
 * length; intergreens and other transitions are not lengthened, and nothing is taken below a least green or intergreen.
 */
export function withCycle(plan: Plan, cycle_s: number, rules: Rules): Plan {
  const pieces = piecesOf(plan, rules)
  if (!pieces.edges.length) return { ...plan, cycle_s, offset_s: within(plan.offset_s, cycle_s) }
  const lengths = cycle_s < plan.cycle_s ? shorter(pieces, plan.cycle_s - cycle_s) : longer(pieces, cycle_s - plan.cycle_s)
  const made_s = round(lengths.reduce((sum, one) => sum + one, 0))
  const at = new Map<number, number>()
  let next = pieces.edges[0] as number
  pieces.edges.forEach((edge, n) => {
    at.set(edge, within(next, made_s))
    next = round(next + (lengths[n] as number))
  })
  const to = (second: number) => at.get(within(second, plan.cycle_s)) as number
  const windows = plan.windows.map((one) => ({
    ...one,
    from_s: to(one.from_s),
    // The end of the cycle is written as such; a green that lasts all of it still does.
    to_s: (lasts(one, plan.cycle_s) === plan.cycle_s ? to(one.from_s) : to(one.to_s)) || made_s,
  }))
  return { ...plan, cycle_s: made_s, offset_s: within(plan.offset_s, made_s), windows }
}

function piecesOf(plan: Plan, { groups, intergreens }: Rules): Pieces {
  const { cycle_s, windows } = plan
  const edges = [...new Set(windows.flatMap((one) => [within(one.from_s, cycle_s), within(one.to_s, cycle_s)]))]
  edges.sort((a, b) => a - b)
  const gaps = edges.map((edge, n) => within((edges[(n + 1) % edges.length] as number) - edge, cycle_s) || cycle_s)
  const between = (from_s: number, lasts_s: number): number[] => {
    const found: number[] = []
    let left_s = lasts_s
    for (let n = edges.indexOf(within(from_s, cycle_s)); left_s > LEAST_STEP_S / 2; n = (n + 1) % edges.length) {
      found.push(n)
      left_s -= gaps[n] as number
    }
    return found
  }
  const bounds: Bound[] = []
  const held = new Set(gaps.flatMap((gap, n) => (gap <= TRANSITION_S ? [n] : [])))
  for (const window of windows) {
    const least_s = groups.find((one) => one.id === window.group)?.min_green_s ?? 0
    bounds.push({ gaps: between(window.from_s, lasts(window, cycle_s)), least_s })
  }
  for (const { ending, beginning, least_s } of intergreens)
    for (const window of windows.filter((one) => one.group === ending && lasts(one, cycle_s) < cycle_s)) {
      const wait_s = nextBegin(windows, beginning, window.to_s, cycle_s)
      if (wait_s === null) continue
      const crossed = between(window.to_s, wait_s)
      bounds.push({ gaps: crossed, least_s })
      if (wait_s <= least_s) for (const n of crossed) held.add(n)
    }
  return { edges, gaps, bounds, held }
}

/** Seconds from a moment to the next green of a group; null where it has none, or shares that moment. */
function nextBegin(windows: Window[], group: string, from_s: number, cycle_s: number): number | null {
  const waits = windows.filter((one) => one.group === group).map((one) => within(one.from_s - from_s, cycle_s))
  return waits.length ? Math.min(...waits) || null : null
}

/** Where all are transitions, all take part. */
function longer({ gaps, held }: Pieces, by_s: number): number[] {
  const open = gaps.map((gap, n) => (held.has(n) && held.size < gaps.length ? 0 : gap))
  const total = open.reduce((sum, one) => sum + one, 0)
  let given = 0
  let share = 0
  return gaps.map((gap, n) => {
    share += ((open[n] as number) * by_s) / total
    // Whole seconds where the change is whole: what rounding leaves goes to the next stretch.
    const step = Number.isInteger(by_s) ? Math.round(share - given) : share - given
    given += step
    return gap + step
  })
}

/** Second by second from the stretch that has most left of what it was; as far as the bounds let it. */
function shorter({ gaps, bounds, held }: Pieces, by_s: number): number[] {
  const left = [...gaps]
  const lengthOf = (bound: Bound) => bound.gaps.reduce((sum, n) => sum + (left[n] as number), 0)
  const of = gaps.map((_, n) => bounds.filter((bound) => bound.gaps.includes(n)))
  /** What no rule is known of is a transition; what has one keeps its place between its neighbours. */
  const floor = gaps.map((gap, n) => Math.min(of[n]?.length ? 1 : TRANSITION_S, gap))
  const spare = (n: number) => {
    const own = held.has(n) ? 0 : (left[n] as number) - (floor[n] as number)
    return Math.min(own, ...(of[n] as Bound[]).map((bound) => lengthOf(bound) - bound.least_s))
  }
  let rest_s = by_s
  while (rest_s >= LEAST_STEP_S) {
    const step_s = Math.min(rest_s, 1)
    const able = gaps.map((_, n) => n).filter((n) => spare(n) >= step_s)
    if (!able.length) {
      const [most, n] = gaps.map((_, n) => [spare(n), n] as const).sort((a, b) => b[0] - a[0])[0] ?? [0, 0]
      const part_s = Math.floor(most / LEAST_STEP_S) * LEAST_STEP_S
      if (part_s < LEAST_STEP_S || Number.isInteger(by_s)) break
      left[n] = round((left[n] as number) - Math.min(part_s, rest_s))
      rest_s = round(rest_s - Math.min(part_s, rest_s))
      continue
    }
    const share = (n: number) =>
      ((left[n] as number) - (floor[n] as number)) / Math.max((gaps[n] as number) - (floor[n] as number), 1)
    const best = able.reduce((a, b) => (share(b) > share(a) ? b : a))
    left[best] = round((left[best] as number) - step_s)
    rest_s = round(rest_s - step_s)
  }
  return left
}
