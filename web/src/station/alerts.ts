/** What a station's screen shows of the incidents that it was alerted for. Pure. */
import type { Assignment, Incident, PremiseNote, StationAlert, Unit } from '../shared/rows'
import { isWorking } from '../shared/stages'

/** How long a stand-down or a withdrawn warning stays: long enough that a crew on its way to the bay sees it. */
export const CALLED_OFF_SHOWN_MS = 5 * 60_000

export type Kind = 'alarm' | 'warning' | 'called-off' | 'out'

export interface Shown {
  incident: Incident
  /** The last attempt to reach the station: the one that is answered. */
  alert: StationAlert
  kind: Kind
  /** When this became so. */
  since: number
  own: Assignment[]
  others: Assignment[]
}

const WAITING = ['dispatched', 'acknowledged']

export function newestFor(incident: Incident, station: string): StationAlert | undefined {
  return incident.alerts.findLast((alert) => alert.station === station)
}

/** The station's units in the incident, by the newest assignment of each. */
function ownOf(incident: Incident, station: string): Assignment[] {
  const named = new Set(incident.alerts.filter((alert) => alert.station === station).flatMap((alert) => alert.units))
  return [...named].flatMap((unit) => incident.assignments.findLast((assignment) => assignment.unit === unit) ?? [])
}

export function shownOf(incident: Incident, station: string, units: Record<string, Unit>): Shown | null {
  const alert = newestFor(incident, station)
  if (!alert) return null
  const own = ownOf(incident, station)
  const others = incident.assignments.filter((one) => isWorking(one) && !own.includes(one))
  const base = { incident, alert, own, others }
  if (alert.kind === 'pre') {
    if (alert.withdrawn !== null) return { ...base, kind: 'called-off', since: alert.withdrawn }
    return alert.followed === null ? { ...base, kind: 'warning', since: alert.sent } : null
  }
  const working = own.filter(isWorking)
  if (working.some((one) => WAITING.includes(stageIn(incident, units[one.unit])))) {
    return { ...base, kind: 'alarm', since: alert.sent }
  }
  if (working.length) return { ...base, kind: 'out', since: alert.sent }
  if (own.some((one) => 'enroute' in one.times || 'on-scene' in one.times)) return null
  return { ...base, kind: 'called-off', since: Math.max(...own.map((one) => one.times.ended ?? alert.sent)) }
}

export function stageIn(incident: Incident, unit: Unit | undefined): string {
  return unit?.status.stage === 'on-incident' && unit.status.incident === incident.id ? unit.status.at : ''
}

const KIND_ORDER: Record<Kind, number> = { alarm: 0, warning: 1, 'called-off': 2, out: 3 }

/** What must be seen first: an alarm before a warning, the newest before the older. */
export function inOrder(a: Shown, b: Shown): number {
  return KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || b.since - a.since
}

const EARTH_M = 111_195

/** Notes whose circle reaches the place. */
export function notesAt(notes: Record<string, PremiseNote>, place: { lat: number; lon: number } | null): PremiseNote[] {
  if (!place) return []
  const near = (note: PremiseNote) =>
    Math.hypot(
      (note.place.lat - place.lat) * EARTH_M,
      (note.place.lon - place.lon) * EARTH_M * Math.cos((place.lat * Math.PI) / 180),
    )
  return Object.values(notes).filter((note) => near(note) <= note.radius_m)
}
