/**
 * Which open incidents stand near a place, to show beside the form at once (1.6). Only a display: the desk itself decides
 * what it takes for a duplicate, with the same radius and window from the city's tables.
 */
import type { Incident, IncidentType, Place } from '../../shared/rows'

const EARTH_RADIUS_M = 6_371_008.8
const RADIUS_M = 150
const WINDOW_S = 3_600

export interface Near {
  incident: Incident
  distance_m: number
}

export function distanceBetween(a: Place, b: Place): number {
  const radians = Math.PI / 180
  const half_lat = Math.sin(((b.lat - a.lat) * radians) / 2)
  const half_lon = Math.sin(((b.lon - a.lon) * radians) / 2)
  const h = half_lat ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * half_lon ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

export function nearIncidents(
  incidents: readonly Incident[],
  at: { place: Place | null; text: string },
  type: IncidentType | undefined,
  now: number,
): Near[] {
  const since = now - (type?.duplicate_window_s ?? WINDOW_S) * 1000
  const text = at.text.trim().toLowerCase()
  const found: Near[] = []
  for (const incident of incidents) {
    if (incident.status === 'closed' || incident.opened < since) continue
    const { place } = incident.location
    if (at.place && place) {
      const distance_m = distanceBetween(at.place, place)
      if (distance_m <= (type?.duplicate_radius_m ?? RADIUS_M)) found.push({ incident, distance_m })
    } else if (text && incident.location.text.trim().toLowerCase() === text) found.push({ incident, distance_m: 0 })
  }
  return found.sort(
    (a, b) => Number(b.incident.type === type?.code) - Number(a.incident.type === type?.code) || a.distance_m - b.distance_m,
  )
}
