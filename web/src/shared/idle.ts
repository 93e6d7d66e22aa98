/** When a console that nobody touches locks itself. Pure: times in ms, the term in minutes. */

/** So long before, it says so: whoever only reads moves the mouse. */
export const WARNED_S = 30

export type Idle = { stage: 'awake' } | { stage: 'soon'; left_s: number } | { stage: 'due' }

/** A term of 0 never ends. A clock that was put back counts as a touch just now: it must not keep a console open for hours. */
export function idleOf(touched: number, now: number, term_min: number): Idle {
  if (term_min <= 0) return { stage: 'awake' }
  const left_ms = term_min * 60_000 - Math.max(0, now - touched)
  if (left_ms <= 0) return { stage: 'due' }
  return left_ms <= WARNED_S * 1_000 ? { stage: 'soon', left_s: Math.ceil(left_ms / 1_000) } : { stage: 'awake' }
}

/** The last touch as of now: one that lies in the future, by a clock that was put back, was now. */
export function touchedAsOf(touched: number, now: number): number {
  return Math.min(touched, now)
}
