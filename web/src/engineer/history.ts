/** What was, what is and what was undone: each change a whole picture, so that going back is exact. */
export interface History<T> {
  past: T[]
  now: T
  future: T[]
}

/** An hour's work; older steps are let go. */
const STEPS_MAX = 200
/** Of what is kept in the browser: its storage takes some megabytes for everything. */
const KEPT_MAX = 50
const KEPT_CHARS_MAX = 1_000_000

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

/** As it is kept through a reload: the newest steps, as many as there is room for. */
export function shortened<T>(history: History<T>): History<T> {
  const { now } = history
  let room = KEPT_CHARS_MAX - JSON.stringify(now).length
  const fits = (one: T) => (room -= JSON.stringify(one).length) >= 0
  const nearest = (all: T[]) => {
    const end = all.findIndex((one) => !fits(one))
    return end < 0 ? all : all.slice(0, end)
  }
  const past = nearest(history.past.slice(-KEPT_MAX).reverse()).reverse()
  return { past, now, future: nearest(history.future.slice(0, KEPT_MAX)) }
}
