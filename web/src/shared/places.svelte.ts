/** What is being written of places: a note of one, and a special zone that is drawn. Kept in this window until it is done. */
import { keep, kept } from './kept'
import type { Place, PremiseNote } from './rows'

const NOTE_KEY = 'turnout.places.note'
const ZONE_KEY = 'turnout.places.zone'

export interface NoteDraft {
  id: string
  place: Place
  kind: PremiseNote['kind']
  text: string
  address: string
  radius: number
  /** A day, as a date field has it. */
  expires: string
  /** The text as it stood when the writing began; null: a new note. */
  was: string | null
}

export interface ZoneDraft {
  corners: Place[]
  name: string
  plan: string
  /** Wall time in the city; empty: now, or until ended. */
  from: string
  to: string
}

class PlacesAtWork {
  note = $state<NoteDraft | null>(kept('session', NOTE_KEY, null))
  zone = $state<ZoneDraft | null>(kept('session', ZONE_KEY, null))
  showsList = $state(false)

  setNote(note: NoteDraft | null): void {
    this.note = note
    keep('session', NOTE_KEY, note)
  }

  noteAt(place: Place, address: string, expires: string): void {
    this.setNote({ id: crypto.randomUUID(), place, kind: 'hazard', text: '', address, radius: 50, expires, was: null })
  }

  setZone(part: Partial<ZoneDraft> | null): void {
    this.zone = part && { ...(this.zone ?? { corners: [], name: '', plan: '', from: '', to: '' }), ...part }
    keep('session', ZONE_KEY, this.zone && $state.snapshot(this.zone))
  }

  addCorner(place: Place): void {
    this.setZone({ corners: [...(this.zone?.corners ?? []), place] })
  }
}

export const places = new PlacesAtWork()

/** `37.7793, -122.4193` as a place; null where it is none. */
export function placeOf(text: string): Place | null {
  const parts = text.split(/[,，\s]+/).filter(Boolean)
  const [lat, lon] = parts.map(Number)
  if (parts.length !== 2 || lat === undefined || lon === undefined) return null
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null
}

/** Whether a place lies in an outline (even-odd rule): only for offering what is under the pointer. */
export function encloses(outline: readonly Place[], at: Place): boolean {
  let inside = false
  outline.forEach((a, index) => {
    const b = outline[(index + outline.length - 1) % outline.length] as Place
    if (a.lat > at.lat !== b.lat > at.lat && at.lon < ((b.lon - a.lon) * (at.lat - a.lat)) / (b.lat - a.lat) + a.lon)
      inside = !inside
  })
  return inside
}

/** A day so many days after `now`, as a date field wants it. */
export function dayAhead(now: number, days: number): string {
  return new Date(now + days * 86_400_000).toISOString().slice(0, 10)
}
