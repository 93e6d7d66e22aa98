/**
 * What changed since one looked away. A person looks when the window is visible, in front, and touched within the last
 * minute. What others change while nobody looks is marked until the row is touched or everything is marked as seen; what
 * changes under one's eyes flashes once.
 */
import { board, type RowChange } from './board.svelte'
import { clock } from './clock.svelte'
import type { TableName } from './link/frames'
import type { Call, Incident, Unit } from './rows'

const LOOKS_AWAY_AFTER_MS = 60_000
const FLASH_MS = 1_500

type Watched = 'incidents' | 'units' | 'calls'
const WATCHED: readonly TableName[] = ['incidents', 'units', 'calls']

class Seen {
  /** Row → moment of the first change that has not been seen. */
  unseen = $state.raw<Record<Watched, ReadonlyMap<string, number>>>({ incidents: new Map(), units: new Map(), calls: new Map() })
  /** Since when the person has not been looking; what was last seen before. */
  awaySince = $state<number | null>(null)
  /** Rows that changed a moment ago under the person's eyes. */
  flashing = $state.raw<ReadonlySet<string>>(new Set())
  #touched = Date.now()

  listen(): void {
    const touched = () => this.#touch()
    for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'focus'] as const) {
      window.addEventListener(name, touched, { passive: true, capture: true })
    }
    board.onChange((changes, isSnapshot) => this.#take(changes, isSnapshot))
  }

  get isLooking(): boolean {
    return document.visibilityState === 'visible' && document.hasFocus() && Date.now() - this.#touched < LOOKS_AWAY_AFTER_MS
  }

  count(table: Watched): number {
    return this.unseen[table].size
  }

  get total(): number {
    return this.count('incidents') + this.count('calls')
  }

  isUnseen(table: Watched, id: string): boolean {
    return this.unseen[table].has(id)
  }

  isFlashing(id: string): boolean {
    return this.flashing.has(id)
  }

  mark(table: Watched, id: string): void {
    if (!this.unseen[table].has(id)) return
    const left = new Map(this.unseen[table])
    left.delete(id)
    this.unseen = { ...this.unseen, [table]: left }
    if (this.total + this.count('units') === 0) this.awaySince = null
  }

  markAll(): void {
    this.unseen = { incidents: new Map(), units: new Map(), calls: new Map() }
    this.awaySince = null
  }

  #touch(): void {
    this.#touched = Date.now()
  }

  #take(changes: RowChange[], isSnapshot: boolean): void {
    if (isSnapshot && changes.every((change) => change.before === undefined)) return
    const looks = this.isLooking
    const flash = new Set(this.flashing)
    const unseen = { ...this.unseen }
    for (const { table, id, before, after } of changes) {
      if (!WATCHED.includes(table)) continue
      const watched = table as Watched
      if (after === undefined) {
        unseen[watched] = without(unseen[watched], id)
        continue
      }
      if (!matters(watched, before, after)) continue
      if (looks) flash.add(id)
      else unseen[watched] = new Map(unseen[watched]).set(id, clock.exact())
    }
    if (!looks && this.awaySince === null) this.awaySince = this.#touched
    this.unseen = unseen
    if (flash.size > this.flashing.size) this.#flash(flash)
  }

  #flash(flash: ReadonlySet<string>): void {
    this.flashing = flash
    setTimeout(() => (this.flashing = new Set()), FLASH_MS)
  }
}

function without(map: ReadonlyMap<string, number>, id: string): ReadonlyMap<string, number> {
  if (!map.has(id)) return map
  const left = new Map(map)
  left.delete(id)
  return left
}

/** Whether a person would call it a change: a unit's status yes, its odometer no. */
export function matters(table: Watched, before: unknown, after: unknown): boolean {
  if (before === undefined) return true
  if (table === 'units') {
    const [a, b] = [before as Unit, after as Unit]
    return JSON.stringify(a.status) !== JSON.stringify(b.status) || a.duress !== b.duress
  }
  if (table === 'calls') return (before as Call).status !== (after as Call).status
  return (before as Incident).last_change !== (after as Incident).last_change
}

export const seen = new Seen()
