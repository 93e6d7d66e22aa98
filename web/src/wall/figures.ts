/** The wall's figures, from rows. Pure. */
import type { Call, Catalogue, Incident, Unit } from '../shared/rows'
import type { StationCover as Seen } from '../shared/outlook.svelte'
import { compareNames, isFree } from '../shared/stages'

const HOUR_MS = 3_600_000

export interface StationCover {
  id: string
  free: number
  all: number
  /** Fewer available than the city says should stay, or its area is out of reach of whoever is free. */
  isShort: boolean
}

/** Counted from the rows; what the server sees of each station (`seen`) says which areas are out of reach. */
export function coverage(tables: Catalogue, units: readonly Unit[], seen: Record<string, Seen> = {}): StationCover[] {
  return Object.values(tables.stations)
    .map((station) => {
      const here = units.filter((unit) => unit.station === station.id && unit.status.stage !== 'off-duty')
      const free = here.filter(isFree)
      const isOut = (seen[station.id]?.gaps.length ?? 0) > 0
      const isShort =
        isOut ||
        Object.entries(station.keep_available).some(
          ([capability, wanted]) => free.filter((unit) => unit.capabilities.includes(capability)).length < wanted,
        )
      return { id: station.id, free: free.length, all: here.length, isShort }
    })
    .filter((station) => station.all > 0 || station.isShort)
    .sort((a, b) => compareNames(a.id, b.id))
}

/** Calls of the last hour: those still on the board and those whose incident is. Closed ones that have left are not counted. */
export function callsPerHour(
  calls: Record<string, Call>,
  incidents: Record<string, Incident>,
  now: number,
): { lastHour: number } {
  const since = now - HOUR_MS
  const ids = new Set(
    Object.values(calls)
      .filter((call) => call.received >= since)
      .map((call) => call.id),
  )
  let withoutCall = 0
  for (const incident of Object.values(incidents)) {
    if (incident.opened < since) continue
    if (incident.calls.length) incident.calls.forEach((id) => ids.add(id))
    else withoutCall++
  }
  return { lastHour: ids.size + withoutCall }
}
