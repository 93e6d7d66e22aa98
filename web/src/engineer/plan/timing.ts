/** A plan as a signal-timing diagram: what each group shows over the cycle, and the changes that a hand makes to it. */
import type { Group, Plan, Window } from '../shapes'

export type Shown = 'green' | 'amber' | 'red-amber'

/** A stretch of the bar, within the cycle; one that goes over its end comes as two. `window`: its place in the plan. */
export interface Stretch {
  shows: Shown
  from_s: number
  to_s: number
  window: number
}

/** Milliseconds are what a plan file can say. */
export const round = (seconds: number): number => Math.round(seconds * 1000) / 1000

/** Within the cycle: 0 to before `cycle_s`. */
export function within(second: number, cycle_s: number): number {
  return round(((second % cycle_s) + cycle_s) % cycle_s)
}

/** How long a green lasts; one that ends where it begins lasts the whole cycle. */
export function lasts(window: Window, cycle_s: number): number {
  return within(window.to_s - window.from_s, cycle_s) || cycle_s
}

/** What the lamps of a group show beside red, in the order of its windows. */
export function stretches(plan: Plan, group: Group): Stretch[] {
  return plan.windows.flatMap((window, n) => {
    if (window.group !== group.id) return []
    const green_s = lasts(window, plan.cycle_s)
    const parts: [Shown, number, number][] = [['green', window.from_s, green_s]]
    if (green_s < plan.cycle_s) {
      parts.push(['amber', window.from_s + green_s, group.amber_s])
      if (group.red_amber_s) parts.push(['red-amber', window.from_s - group.red_amber_s, group.red_amber_s])
    }
    return parts.flatMap(([shows, from_s, lasts_s]) => cut(shows, from_s, lasts_s, plan.cycle_s, n))
  })
}

function cut(shows: Shown, begins_s: number, lasts_s: number, cycle_s: number, window: number): Stretch[] {
  if (lasts_s <= 0) return []
  if (lasts_s >= cycle_s) return [{ shows, from_s: 0, to_s: cycle_s, window }]
  const from_s = within(begins_s, cycle_s)
  const to_s = round(from_s + lasts_s)
  if (to_s <= cycle_s) return [{ shows, from_s, to_s, window }]
  return [
    { shows, from_s, to_s: cycle_s, window },
    { shows, from_s: 0, to_s: round(to_s - cycle_s), window },
  ]
}

export type Edge = 'from' | 'to' | 'both'

/** A green whose beginning, end or both are moved by so many seconds. It keeps at least a second and at most the cycle. */
export function moved(plan: Plan, at: number, edge: Edge, by_s: number): Plan {
  const window = plan.windows[at]
  if (!window || !by_s) return plan
  const { cycle_s } = plan
  const green_s = lasts(window, cycle_s)
  let [from_s, long] = [window.from_s, green_s]
  if (edge === 'both') from_s += by_s
  else if (edge === 'from') {
    const step = Math.min(by_s, green_s - 1)
    long = Math.min(green_s - step, cycle_s)
    from_s += green_s - long
  } else long = Math.min(Math.max(green_s + by_s, 1), cycle_s)
  return withWindow(plan, at, from_s, long)
}

/** A green as it is typed: begin and end, in the plan's seconds. */
export function typed(plan: Plan, at: number, from_s: number, to_s: number): Plan {
  if (!plan.windows[at] || !Number.isFinite(from_s) || !Number.isFinite(to_s)) return plan
  return withWindow(plan, at, from_s, within(to_s - from_s, plan.cycle_s) || plan.cycle_s)
}

function withWindow(plan: Plan, at: number, from_s: number, lasts_s: number): Plan {
  const begins = within(from_s, plan.cycle_s)
  const ends = within(begins + lasts_s, plan.cycle_s)
  const windows = plan.windows.map((one, n) =>
    // The end of the cycle is written as such, not as second 0 of the next.
    n === at ? { ...one, from_s: begins, to_s: ends === 0 ? plan.cycle_s : ends } : one,
  )
  return { ...plan, windows }
}

/** A further green of a group, where there is most room for it. */
export function withGreen(plan: Plan, group: string, lasts_s: number): Plan {
  const own = plan.windows.filter((one) => one.group === group).sort((a, b) => a.from_s - b.from_s)
  const last = own[own.length - 1]
  const begins = last ? within(last.from_s + lasts(last, plan.cycle_s) + 10, plan.cycle_s) : 0
  const ends = within(begins + lasts_s, plan.cycle_s) || plan.cycle_s
  return { ...plan, windows: [...plan.windows, { group, from_s: begins, to_s: ends }] }
}

export function withoutGreen(plan: Plan, at: number): Plan {
  return { ...plan, windows: plan.windows.filter((_, n) => n !== at) }
}

export function withOffset(plan: Plan, offset_s: number): Plan {
  return { ...plan, offset_s: within(offset_s, plan.cycle_s) }
}
