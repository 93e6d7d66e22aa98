/** A copy of the board's rows, kept by the one stream of a browser and handed to every window that opens. Pure. */
import { TABLES, type FromServer, type PlaceRow, type TableName, type Tables } from './frames'

export type RowTables = { [T in TableName]: Record<string, unknown> }

export function noTables(): RowTables {
  return Object.fromEntries(TABLES.map((name) => [name, {}])) as RowTables
}

export class Mirror {
  tables: RowTables = noTables()
  places = new Map<string, PlaceRow>()
  seq: number | null = null
  exercise = false

  /** Take a frame that carries rows. Returns whether it continued what was there (false: start again from it). */
  take(frame: Extract<FromServer, { type: 'snapshot' | 'changes' }>): void {
    if (frame.exercise !== undefined) this.exercise = frame.exercise
    if (frame.type === 'snapshot') {
      this.tables = { ...noTables(), ...(frame.tables as Partial<RowTables>) }
    } else {
      for (const name of TABLES) {
        const put = frame.put?.[name] as Record<string, unknown> | undefined
        if (put) Object.assign(this.tables[name], put)
        for (const id of frame.drop?.[name] ?? []) delete this.tables[name][id]
      }
    }
    this.seq = frame.seq
  }

  takePlaces(rows: PlaceRow[]): void {
    for (const row of rows) this.places.set(row[0], row)
  }

  snapshot(): Extract<FromServer, { type: 'snapshot' }> {
    return {
      type: 'snapshot',
      seq: this.seq ?? 0,
      tables: this.tables as unknown as Partial<Tables>,
      exercise: this.exercise,
    }
  }
}
