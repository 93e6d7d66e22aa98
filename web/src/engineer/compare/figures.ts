/** What a simulation's figures say: better, worse, or nothing that is certain. */
import type { Figure, Interval } from '../shapes'

export type Verdict = 'better' | 'worse' | 'open' | 'same'

/** Of these, more is better. */
const MORE_IS_BETTER: Figure[] = ['throughput']

/** Significant where the 95 % interval of the paired difference leaves nought out. */
export function verdict(change: Interval, figure: Figure): Verdict {
  if (change.low === 0 && change.high === 0) return 'same'
  if (change.low <= 0 && change.high >= 0) return 'open'
  return change.mean > 0 === MORE_IS_BETTER.includes(figure) ? 'better' : 'worse'
}

/** The change as a share of what was before; null where nothing was. */
export function share(change: Interval, before: Interval): number | null {
  return before.mean ? change.mean / before.mean : null
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
export function extent(intervals: Interval[]): [number, number] {
  const low = Math.min(0, ...intervals.map((one) => one.low))
  const high = Math.max(0, ...intervals.map((one) => one.high))
  const room = (high - low || 1) * 0.06
  return [low - room, high + room]
}
