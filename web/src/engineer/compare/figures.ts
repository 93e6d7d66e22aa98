/** What a simulation's figures say: better, worse, or nothing that is certain. */
import type { Figure, Interval } from '../shapes'

/** `alike`: every seed has the same difference, so that there is no interval to judge by. `none`: there is no figure. */
export type Verdict = 'better' | 'worse' | 'open' | 'same' | 'alike' | 'none'

/** Of these, more is better. */
const MORE_IS_BETTER: Figure[] = ['throughput']

/** Significant where the 95 % interval of the paired difference leaves nought out. */
export function verdict(change: Interval | null, figure: Figure): Verdict {
  if (!change) return 'none'
  if (change.low === change.high) return change.mean === 0 ? 'same' : 'alike'
  if (change.low <= 0 && change.high >= 0) return 'open'
  return change.mean > 0 === MORE_IS_BETTER.includes(figure) ? 'better' : 'worse'
}

/** The change as a share of what was before; null where nothing was. */
export function share(change: Interval | null, before: Interval | null): number | null {
  return change && before?.mean ? change.mean / before.mean : null
}

/** A number as it is read beside its interval: one digit behind the point, two below 10, none from 1,000. */
export function shown(value: number): string {
  const size = Math.abs(value)
  const text = value.toFixed(size < 10 ? 2 : size < 1_000 ? 1 : 0)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}

/** With its sign, for changes. */
export function signed(value: number): string {
  const text = shown(value)
  return value > 0 && Number(text) !== 0 ? `+${text}` : text
}

/** The scale of a row of intervals: from and to, with nought in it. */
export function extent(intervals: (Interval | null)[]): [number, number] {
  const known = intervals.filter((one) => one !== null)
  const low = Math.min(0, ...known.map((one) => one.low))
  const high = Math.max(0, ...known.map((one) => one.high))
  const room = (high - low || 1) * 0.06
  return [low - room, high + room]
}
