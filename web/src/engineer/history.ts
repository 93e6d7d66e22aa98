/** What was, what is and what was undone: each change a whole picture, so that going back is exact. */
export interface History<T> {
  past: T[]
  now: T
  future: T[]
}

/** An hour's work; older steps are let go. */
const STEPS_MAX = 200

export const begun = <T>(now: T): History<T> => ({ past: [], now, future: [] })

/** A change. `joins`: it goes on with the last one (a drag, a typed number) and is undone with it. */
export function changed<T>(history: History<T>, now: T, joins = false): History<T> {
  if (now === history.now) return history
  if (joins && history.past.length) return { past: history.past, now, future: [] }
  return { past: [...history.past, history.now].slice(-STEPS_MAX), now, future: [] }
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past[history.past.length - 1]
  if (before === undefined) return history
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] }
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.now], now: next, future }
}
