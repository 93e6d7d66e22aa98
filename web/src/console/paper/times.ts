/** Wall times as they stand on a paper form, and the moments that they mean in the city. Pure. */
import { momentInCity } from '../../shared/format'

const HALF_DAY_S = 43_200
const DAY_MS = 86_400_000

export interface WallTime {
  /** Seconds since midnight. */
  seconds: number
  /** Days after the paper's date where that was written (`10:00+1`). */
  days: number | null
}

/** `14:05`, `14:05:30`, `1405` or `140530`, with either kind of colon, with `+1` for the next day; null: no time of day. */
export function wallTimeOf(typed: string): WallTime | null {
  const found = /^(\d{1,2})[:：.]?(\d{2})(?:[:：.]?(\d{2}))?\s*(?:[+＋](\d))?$/.exec(typed.trim())
  if (!found) return null
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return null
  return { seconds: hour * 3600 + minute * 60 + second, days: found[4] === undefined ? null : Number(found[4]) }
}

/** The date `days` after `2026-03-08`, as such a text. */
function later(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/**
 * The moments of wall times in the order in which they must have happened, the first on `date`; null where nothing is
 * written. One that goes back by more than half a day was after midnight; by less, the paper is wrong, and the desk says so.
 */
export function momentsOf(date: string, typed: readonly string[], timeZone: string): (number | null)[] {
  let days = 0
  let last: number | null = null
  return typed.map((text) => {
    const at = wallTimeOf(text)
    if (at === null) return null
    if (at.days !== null) days = at.days
    else if (last !== null && last - at.seconds > HALF_DAY_S) days += 1
    last = at.seconds
    const wall = new Date(at.seconds * 1000).toISOString().slice(11, 19)
    return momentInCity(`${later(date, days)}T${wall}`, timeZone)
  })
}
