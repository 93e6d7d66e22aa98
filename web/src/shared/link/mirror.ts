/** A copy of the board's rows, kept by the one stream of a browser and handed to every window that opens. Pure. */
import { TABLES, type BoardRow, type FromServer, type PlaceRow, type TableName, type Tables } from './frames'

export type RowTables = { [T in TableName]: Record<string, unknown> }

export function noTables(): RowTables {
  return Object.fromEntries(TABLES.map((name) => [name, {}])) as RowTables
}

export class Mirror {
  tables: RowTables = noTables()
  places = new Map<string, PlaceRow>()
  seq: number | null = null
  mark = ''
  whole: BoardRow | undefined

  /** Take a frame that carries rows. */
  take(frame: Extract<FromServer, { type: 'snapshot' | 'changes' }>): void {
    const whole = (frame.type === 'snapshot' ? frame.tables : frame.put).board?.board
    if (whole) this.whole = whole
    if (frame.type === 'snapshot') {
      this.tables = noTables()
      for (const name of TABLES) Object.assign(this.tables[name], frame.tables[name])
    } else {
      for (const name of TABLES) {
        const put = frame.put?.[name] as Record<string, unknown> | undefined
        if (put) Object.assign(this.tables[name], put)
        for (const id of frame.drop?.[name] ?? []) delete this.tables[name][id]
      }
    }
    this.seq = frame.seq
    this.mark = frame.mark ?? ''
  }

  takePlaces(rows: PlaceRow[]): void {
    for (const row of rows) this.places.set(row[0], row)
  }

  snapshot(): Extract<FromServer, { type: 'snapshot' }> {
    return {
      type: 'snapshot',
      seq: this.seq ?? 0,
      tables: { ...(this.tables as unknown as Partial<Tables>), ...(this.whole ? { board: { board: this.whole } } : {}) },
    }
  }
}
