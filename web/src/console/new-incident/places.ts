/** Asking the server about places: suggestions, a click on the map, a location ready for a command. */
import { api, Problem, query } from '../../shared/api'
import type { Location, Name, Place } from '../../shared/rows'

export interface Suggestion {
  text: string
  kind: string
  place: Place
  verified: boolean
  detail: Name
  distinguishes: Name
  matched: [number, number][]
  complete: string
}

export async function suggest(text: string, near: Place | null): Promise<Suggestion[]> {
  return api.get<Suggestion[]>(`/places/suggest${query({ q: text, limit: 8, lat: near?.lat, lon: near?.lon })}`)
}

/** The location that this text means; null where it means none or several. */
export async function locate(text: string): Promise<Location | null> {
  try {
    return await api.post<Location>('/places/locate', { text })
  } catch (trouble) {
    if (trouble instanceof Problem && trouble.status !== 0) return null
    throw trouble
  }
}

/** What is at this point of the map. */
export async function locatePoint(place: Place): Promise<Location> {
  return api.post<Location>('/places/locate', { place })
}

/** A location as far as it is known; the rest is filled in by the desk's edge. */
export function locationOf(part: Partial<Location> & { text: string }): Location {
  return { place: null, kind: 'address', verified: false, zones: {}, crossing: '', neighbourhood: '', floor: '', detail: '', ...part }
}
