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

export interface OfferedPlace {
  text: string
  lat: number
  lon: number
  note: string
}

/** What a text means: a location, or the server's no with the places that may have been meant. */
export type Located = { location: Location } | { problem: Problem; offers: OfferedPlace[] }

export async function suggest(text: string, near: Place | null): Promise<Suggestion[]> {
  return api.get<Suggestion[]>('/places/suggest' + query({ q: text.slice(0, 200), limit: 8, lat: near?.lat, lon: near?.lon }))
}

/** Throws only where there is no connection. */
export async function locate(text: string): Promise<Located> {
  try {
    return { location: await api.post<Location>('/places/locate', { text }) }
  } catch (trouble) {
    if (!(trouble instanceof Problem) || trouble.status === 0) throw trouble
    const { candidates, nearest, offers } = trouble.fields as Record<string, OfferedPlace[] | undefined>
    return { problem: trouble, offers: candidates ?? nearest ?? offers ?? [] }
  }
}

/** What is at this point of the map. */
export async function locatePoint(place: Place): Promise<Location> {
  return api.post<Location>('/places/locate', { place })
}

/** A location as far as it is known; the rest is filled in by the desk's edge. */
export function locationOf(part: Partial<Location> & { text: string }): Location {
  return {
    place: null,
    kind: 'address',
    verified: false,
    zones: {},
    crossing: '',
    neighbourhood: '',
    floor: '',
    detail: '',
    ...part,
  }
}
