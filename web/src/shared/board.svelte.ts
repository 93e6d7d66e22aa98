/** The board as this window sees it: rows by table, live. Rows are replaced, never changed, so what did not change is the same object. */
import { TABLES, type FromServer, type PlaceRow, type TableName, type Tables } from './link/frames'
import { stream } from './link/stream.svelte'
import type { Call, Incident, Timer, Unit } from './rows'

export type RowChange = { table: TableName; id: string; before: unknown; after: unknown }
type ChangeListener = (changes: RowChange[], isSnapshot: boolean) => void
type PlacesListener = (rows: PlaceRow[]) => void

class LiveBoard {
  calls = $state.raw<Tables['calls']>({})
  incidents = $state.raw<Tables['incidents']>({})
  units = $state.raw<Tables['units']>({})
  timers = $state.raw<Tables['timers']>({})
  premises = $state.raw<Tables['premises']>({})
  closures = $state.raw<Tables['closures']>({})
  special_zones = $state.raw<Tables['special_zones']>({})
  hospitals = $state.raw<Tables['hospitals']>({})
  hydrants = $state.raw<Tables['hydrants']>({})
  positions = $state.raw<Tables['positions']>({})
  supplements = $state.raw<Tables['supplements']>({})
  shifts = $state.raw<Tables['shifts']>({})
  forced_places = $state.raw<Tables['forced_places']>({})
  /** Only for who answers for such things: empty for everybody else. */
  reviews = $state.raw<Tables['reviews']>({})
  glass = $state.raw<Tables['glass']>({})
  holds = $state.raw<Tables['holds']>({})
  erasures = $state.raw<Tables['erasures']>({})
  signal_permits = $state.raw<Tables['signal_permits']>({})
  corridors = $state.raw<Tables['corridors']>({})
  /** Only for who works with signals: empty for everybody else. */
  district_plans = $state.raw<Tables['district_plans']>({})
  exercise = $state(false)
  /** Version of the city's tables that the rows go with. */
  catalogue = $state('')
  /** Dispatch groups that no position answers for now. */
  uncovered = $state.raw<string[]>([])
  /** Version of roads, addresses and map in force. */
  ground = $state('')
  loaded = $state(false)
  /** Newest place per unit. Not reactive: the map reads it in its own rhythm. */
  places = new Map<string, PlaceRow>()
  /** Counts up when places came, for the few texts that show one. */
  placesVersion = $state(0)
  #changed: ChangeListener[] = []
  #moved: PlacesListener[] = []

  listen(): void {
    stream.onFrame((frame) => this.#take(frame))
  }

  onChange(listener: ChangeListener): void {
    this.#changed.push(listener)
  }

  onPlaces(listener: PlacesListener): () => void {
    this.#moved.push(listener)
    return () => {
      this.#moved = this.#moved.filter((one) => one !== listener)
    }
  }

  incident(id: string | null | undefined): Incident | undefined {
    return id ? this.incidents[id] : undefined
  }

  unit(id: string | null | undefined): Unit | undefined {
    return id ? this.units[id] : undefined
  }

  call(id: string): Call | undefined {
    return this.calls[id]
  }

  timersOf(incident: string): Timer[] {
    return this.timersByIncident.get(incident) ?? []
  }

  /** Timers of each incident, next due first. */
  timersByIncident = $derived.by(() => {
    const found = new Map<string, Timer[]>()
    for (const timer of Object.values(this.timers)) {
      if (!timer.incident) continue
      const list = found.get(timer.incident)
      if (list) list.push(timer)
      else found.set(timer.incident, [timer])
    }
    for (const list of found.values()) list.sort((a, b) => a.due - b.due)
    return found
  })

  #take(frame: FromServer): void {
    if (frame.type === 'places') return this.#takePlaces(frame.units)
    if (frame.type !== 'snapshot' && frame.type !== 'changes') return
    const whole = (frame.type === 'snapshot' ? frame.tables : frame.put).board?.board
    if (whole) {
      this.exercise = whole.exercise
      this.catalogue = whole.catalogue
      this.uncovered = whole.uncovered
      this.ground = whole.ground
    }
    const changes: RowChange[] = []
    for (const name of TABLES) {
      const before = this[name] as Record<string, unknown>
      const after =
        frame.type === 'snapshot' ? ((frame.tables[name] ?? {}) as Record<string, unknown>) : withChanges(before, frame, name)
      if (after === before) continue
      collect(changes, name, before, after, frame)
      ;(this as unknown as Record<string, unknown>)[name] = after
    }
    this.loaded = true
    this.#changed.forEach((listener) => listener(changes, frame.type === 'snapshot'))
  }

  #takePlaces(rows: PlaceRow[]): void {
    for (const row of rows) this.places.set(row[0], row)
    this.placesVersion++
    this.#moved.forEach((listener) => listener(rows))
  }
}

type Changes = Extract<FromServer, { type: 'changes' }>

export function withChanges(
  before: Record<string, unknown>,
  frame: Pick<Changes, 'put' | 'drop'>,
  name: TableName,
): Record<string, unknown> {
  const put = frame.put?.[name] as Record<string, unknown> | undefined
  const drop = frame.drop?.[name]
  if (!put && !drop?.length) return before
  const after = { ...before, ...put }
  for (const id of drop ?? []) delete after[id]
  return after
}

function collect(
  changes: RowChange[],
  table: TableName,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  frame: FromServer,
): void {
  const ids =
    frame.type === 'changes'
      ? [...Object.keys(frame.put?.[table] ?? {}), ...(frame.drop?.[table] ?? [])]
      : [...new Set([...Object.keys(before), ...Object.keys(after)])]
  for (const id of ids) {
    if (before[id] !== after[id]) changes.push({ table, id, before: before[id], after: after[id] })
  }
}

export const board = new LiveBoard()
