/** The city that this server runs, and the names in its tables. */
import { api } from './api'
import type { Both } from './link/frames'
import type { Catalogue, Name, Unit } from './rows'
import { spoken } from './words/tongue.svelte'

export interface City {
  catalogue: Catalogue
  bounds: [number, number, number, number]
  centre: [number, number] | { lat: number; lon: number }
  attribution: (Both | Name)[]
  tiles: string
  demo: boolean
  /** Whether simulated callers, crews and colleagues are at work here. */
  simulated: boolean
  version: string
  /** After so many minutes without a touch a console locks itself; 0: never. */
  lock_min: number
}

class LiveCity {
  #city = $state.raw<City | null>(null)

  get known(): City | null {
    return this.#city
  }

  get tables(): Catalogue | null {
    return this.#city?.catalogue ?? null
  }

  get timeZone(): string {
    return this.#city?.catalogue?.time_zone ?? 'UTC'
  }

  async load(): Promise<void> {
    this.#city = await api.get<City>('/city')
  }

  typeName(code: string): string {
    return spoken(this.tables?.types[code]?.name, code)
  }

  agencyName(id: string): string {
    return spoken(this.tables?.agencies[id]?.name, id)
  }

  stationName(id: string): string {
    return spoken(this.tables?.stations[id]?.name, id)
  }

  kindName(code: string): string {
    return spoken(this.tables?.unit_kinds[code]?.name, code)
  }

  capabilityName(code: string): string {
    return spoken(this.tables?.capabilities[code], code)
  }

  dispositionName(code: string): string {
    return spoken(this.tables?.dispositions[code]?.name, code)
  }

  reasonName(code: string): string {
    return spoken(this.tables?.reasons[code]?.name, code)
  }

  groupName(id: string): string {
    return spoken(this.tables?.groups[id]?.name, id)
  }

  zoneName(id: string): string {
    return spoken(this.tables?.zones[id]?.name, id)
  }

  hospitalName(id: string): string {
    return spoken(this.tables?.hospitals[id]?.name, id)
  }

  planName(id: string): string {
    return spoken(this.tables?.plans.find((plan) => plan.id === id)?.name, id)
  }

  /** The agency's own status where the unit has one. */
  statusCodeName(code: string): string {
    return spoken(this.tables?.statuses.find((status) => status.code === code)?.name, code)
  }

  disciplineOf(unit: Pick<Unit, 'kind' | 'agency'>): string {
    return this.tables?.unit_kinds[unit.kind]?.discipline ?? this.tables?.agencies[unit.agency]?.discipline ?? ''
  }
}

export const city = new LiveCity()
