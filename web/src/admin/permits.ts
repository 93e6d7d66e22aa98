/** What a traffic authority's permission says of now: which of its junctions are armed, and until when. */
import type { Hours, SignalPermit } from '../shared/rows'

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]
export const DAY_MIN = 24 * 60

/** Junctions that may be asked at `now`; one whose end is unknown or over may not, whatever its timer does. */
export function armedOf(permit: SignalPermit, now: number): string[] {
  return permit.armed.filter((junction) => now < (permit.until[junction] ?? 0)).sort()
}

/** The first end of those that are armed; 0 when none is. */
export function firstEnd(permit: SignalPermit, now: number): number {
  const ends = armedOf(permit, now).map((junction) => permit.until[junction] ?? 0)
  return ends.length ? Math.min(...ends) : 0
}

/**
 * Identities as a person types or pastes them: a line, a comma or a space apart. One that the server knows may have commas
 * and spaces in it (`37.77123,-122.41234`): it is one, as when it is picked.
 */
export function junctionsIn(typed: string, known: ReadonlySet<string> = new Set()): string[] {
  const found: string[] = []
  for (const line of typed.split(/[\r\n]+/u)) {
    const pieces = [...line.matchAll(/[^\s,，、;；]+/gu)].map((one) => [one.index, one.index + one[0].length] as const)
    for (let n = 0; n < pieces.length;) {
      const from = (pieces[n] as readonly [number, number])[0]
      const ends = pieces.slice(n, n + PIECES_MAX).map(([, end]) => line.slice(from, end))
      const last = Math.max(
        ends.findLastIndex((one) => known.has(one)),
        0,
      )
      found.push(ends[last] as string)
      n += last + 1
    }
  }
  return [...new Set(found)]
}
/** Of one identity: sixty-four letters have no more. */
const PIECES_MAX = 32

/** `mon tue 06:00–22:00`, with the days' names given. */
export function hoursSaid(hours: Hours, names: Record<Day, string>): string {
  const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  return `${hours.days.map((day) => names[day]).join(' ')} ${clock(hours.from_minute ?? 0)}–${clock(hours.to_minute ?? DAY_MIN)}`
}

/** Minutes of `06:30`; `end`: 00:00 is the end of the day. */
export function minuteOf(clock: string, end = false): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  const minutes = hour * 60 + minute
  return end && minutes === 0 ? DAY_MIN : minutes
}
