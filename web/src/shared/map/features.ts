/** Rows as map features. Pure. */
import type { Feature, FeatureCollection, Position } from 'geojson'
import type {
  Call,
  Catalogue,
  Closure,
  HospitalState,
  HydrantState,
  Incident,
  Place,
  PremiseNote,
  SpecialZone,
  Unit,
} from '../rows'
import { duration } from '../format'
import { isFree, signOf, signOrder, workingUnits } from '../stages'
import { STALE_MS, type Drawn } from './motion'

type Rows<T> = Record<string, T>

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features }
}

function point(lon: number, lat: number, properties: Record<string, unknown>, id?: string): Feature {
  return { type: 'Feature', id, geometry: { type: 'Point', coordinates: [lon, lat] }, properties }
}

export function incidentFeatures(
  incidents: Rows<Incident>,
  chosen: string | null,
  typeName: (code: string) => string,
): FeatureCollection {
  const features: Feature[] = []
  for (const incident of Object.values(incidents)) {
    const { place } = incident.location
    if (!place || incident.status === 'closed') continue
    const units = workingUnits(incident).length
    features.push(
      point(place.lon, place.lat, {
        id: incident.id,
        tag: incident.tag,
        priority: Math.min(5, Math.max(1, incident.priority)),
        label: `${incident.tag} ${typeName(incident.type)}${units ? ` · ${units}` : ''}`,
        chosen: incident.id === chosen,
      }),
    )
  }
  return collection(features)
}

export function unitFeature(unit: Unit | undefined, drawn: Drawn, now: number, chosen: string | null): Feature {
  const age = now - drawn.fix_at
  const isStale = age > STALE_MS
  const sign = unit ? signOf(unit) : 'off'
  const turns = sign === 'moving' && drawn.heading !== null
  return point(drawn.lon, drawn.lat, {
    unit: drawn.unit,
    icon: `unit|${sign}${isStale ? '|stale' : ''}`,
    turn: turns ? drawn.heading : 0,
    label: isStale ? `${drawn.unit} · ${duration(age)}` : drawn.unit,
    chosen: drawn.unit === chosen,
    duress: unit?.duress !== null && unit?.duress !== undefined,
    order: 20 - signOrder(sign),
  })
}

export function stationFeatures(tables: Catalogue, units: Rows<Unit>, name: (id: string) => string): FeatureCollection {
  const free = new Map<string, [number, number]>()
  for (const unit of Object.values(units)) {
    if (unit.status.stage === 'off-duty') continue
    const count = free.get(unit.station) ?? [0, 0]
    free.set(unit.station, [count[0] + Number(isFree(unit)), count[1] + 1])
  }
  return collection(
    Object.values(tables.stations).map((station) => {
      const count = free.get(station.id)
      return point(station.place.lon, station.place.lat, {
        id: station.id,
        label: `${name(station.id)}${count ? ` ${count[0]}/${count[1]}` : ''}`,
      })
    }),
  )
}

export function hospitalFeatures(
  tables: Catalogue,
  states: Rows<HospitalState>,
  name: (id: string) => string,
): FeatureCollection {
  return collection(
    Object.values(tables.hospitals).map((hospital) =>
      point(hospital.place.lon, hospital.place.lat, {
        id: hospital.id,
        label: `${name(hospital.id)}${states[hospital.id]?.diversion ? ' ⊘' : ''}`,
      }),
    ),
  )
}

export function hydrantFeatures(tables: Catalogue, states: Rows<HydrantState>): FeatureCollection {
  return collection(
    Object.values(tables.hydrants).map((hydrant) =>
      point(hydrant.place.lon, hydrant.place.lat, { id: hydrant.id, state: states[hydrant.id]?.out_of_service ? 'out' : 'ok' }),
    ),
  )
}

export function closureFeatures(closures: Rows<Closure>): FeatureCollection {
  const features: Feature[] = []
  for (const closure of Object.values(closures)) {
    const line: Position[] = closure.line.map((place) => [place.lon, place.lat])
    const properties = { id: closure.id, reason: closure.reason }
    if (line.length > 1) features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties })
    const middle = line[Math.floor(line.length / 2)]
    if (middle) features.push(point(middle[0] as number, middle[1] as number, properties))
  }
  return collection(features)
}

export function zoneFeatures(zones: Rows<SpecialZone>): FeatureCollection {
  return collection(
    Object.values(zones)
      .filter((zone) => zone.outline.length > 2)
      .map((zone) => {
        const ring: Position[] = zone.outline.map((place) => [place.lon, place.lat])
        ring.push(ring[0] as Position)
        return {
          type: 'Feature',
          geometry: { type: 'Polygon', coordinates: [ring] },
          properties: { id: zone.id, name: zone.name, planned: zone.planned },
        }
      }),
  )
}

/** A zone that is being drawn: its corners, and the ring that they make so far. */
export function draftFeatures(corners: readonly Place[]): FeatureCollection {
  const ring: Position[] = corners.map((place) => [place.lon, place.lat])
  const line: Feature[] =
    ring.length > 1
      ? [{ type: 'Feature', geometry: { type: 'LineString', coordinates: [...ring, ring[0] as Position] }, properties: {} }]
      : []
  return collection([...line, ...corners.map((place, index) => point(place.lon, place.lat, { label: String(index + 1) }))])
}

/** Where callers have been found: only of calls that somebody works on here, never of a call that has ended. */
export function callerFeatures(calls: readonly Call[], label: string): FeatureCollection {
  const features: Feature[] = []
  for (const call of calls) {
    const placed = call.fixes.flatMap((fix) => (fix.place ? [{ ...fix, place: fix.place }] : []))
    if (call.status === 'closed' || !placed.length) continue
    const line: Position[] = placed.map((fix) => [fix.place.lon, fix.place.lat])
    if (line.length > 1) features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties: {} })
    placed.forEach((fix, index) => {
      const isNewest = index === placed.length - 1
      const sure = fix.uncertainty_m === null ? '' : ` ±${Math.round(fix.uncertainty_m)} m`
      features.push(point(fix.place.lon, fix.place.lat, { newest: isNewest, label: isNewest ? `${label}${sure}` : '' }))
    })
  }
  return collection(features)
}

/** Staging, command post and further places of running incidents (4.12, 4.18). */
export function furtherFeatures(incidents: Rows<Incident>, roleName: (role: string) => string): FeatureCollection {
  const features: Feature[] = []
  for (const incident of Object.values(incidents)) {
    if (incident.status === 'closed') continue
    for (const one of incident.places) {
      const { place } = one.location
      if (place && !one.removed) features.push(point(place.lon, place.lat, { label: `${incident.tag} ${roleName(one.role)}` }))
    }
  }
  return collection(features)
}

export function premiseFeatures(notes: Rows<PremiseNote>): FeatureCollection {
  return collection(Object.values(notes).map((note) => point(note.place.lon, note.place.lat, { id: note.id, text: note.text })))
}

export interface RouteLine {
  unit: string
  incident: string
  line: [number, number][]
}

export function routeFeatures(
  routes: Iterable<RouteLine>,
  chosen: { unit: string | null; incident: string | null },
): FeatureCollection {
  return collection(
    [...routes].map((route) => ({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: route.line },
      properties: { unit: route.unit, chosen: route.unit === chosen.unit || route.incident === chosen.incident },
    })),
  )
}
