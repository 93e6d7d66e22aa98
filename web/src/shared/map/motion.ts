/**
 * How units move on the map between two fixes: from where they are drawn to the newest fix, never beyond it. What is drawn
 * is always between two places that were really reported; the age of the fix is told beside it. Pure.
 */
import type { PlaceRow } from '../link/frames'

/** A new fix is walked to in this time: the server sends at most two a second, most vehicles report every few. */
export const GLIDE_MS = 1_000
/** A unit that seems to have jumped farther (about 500 m) is put there at once: nobody drove that. */
export const JUMP_DEGREES = 0.005
/** Older fixes are shown as last known. */
export const STALE_MS = 120_000

export interface Drawn {
  unit: string
  lat: number
  lon: number
  heading: number | null
  fix_at: number
}

interface Moving {
  from: [number, number]
  to: [number, number]
  began: number
  heading: number | null
  fix_at: number
}

export class Motion {
  #units = new Map<string, Moving>()

  constructor(private glides = true) {}

  take(rows: readonly PlaceRow[], now: number): void {
    for (const [unit, lat, lon, heading, , fix_at] of rows) {
      const before = this.#units.get(unit)
      const to: [number, number] = [lat, lon]
      const from = before && this.glides ? where(before, now) : to
      const isJump = Math.abs(from[0] - lat) + Math.abs(from[1] - lon) > JUMP_DEGREES
      this.#units.set(unit, { from: isJump ? to : from, to, began: now, heading, fix_at })
    }
  }

  drop(unit: string): void {
    this.#units.delete(unit)
  }

  isGliding(now: number): boolean {
    for (const unit of this.#units.values()) {
      if (now - unit.began < GLIDE_MS && (unit.from[0] !== unit.to[0] || unit.from[1] !== unit.to[1])) return true
    }
    return false
  }

  at(unit: string, now: number): Drawn | null {
    const moving = this.#units.get(unit)
    if (!moving) return null
    const [lat, lon] = where(moving, now)
    return { unit, lat, lon, heading: moving.heading, fix_at: moving.fix_at }
  }

  all(now: number): Drawn[] {
    return [...this.#units.keys()].map((unit) => this.at(unit, now) as Drawn)
  }
}

function where(moving: Moving, now: number): [number, number] {
  const share = Math.min(1, Math.max(0, (now - moving.began) / GLIDE_MS))
  const [from, to] = [moving.from, moving.to]
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}
