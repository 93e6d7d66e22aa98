/** Changes of tables that are not yet published: kept in this browser until they are, or are thrown away. */
import { keep, kept } from '../shared/kept'
import type { Change, Entry } from './shapes'

const KEY = 'turnout.tables.draft'

class TablesDraft {
  changes = $state.raw<Change[]>(kept<{ changes: Change[] }>('local', KEY, { changes: [] }).changes)
  /** The version that the first change was made on. */
  base = $state(kept<{ base: string }>('local', KEY, { base: '' }).base)

  /** Of an entry: as it will be, undefined where it is not changed. */
  of(table: string, key: string): Change | undefined {
    return this.changes.find((one) => one.table === table && one.key === key)
  }

  set(table: string, key: string, entry: Entry | null, version: string): void {
    if (!this.changes.length) this.base = version
    this.changes = [...this.changes.filter((one) => one.table !== table || one.key !== key), { table, key, entry }]
    this.#keep()
  }

  drop(table: string, key: string): void {
    this.changes = this.changes.filter((one) => one.table !== table || one.key !== key)
    this.#keep()
  }

  /** After looking at somebody else's publication: from here on these changes stand on it. */
  rebase(version: string): void {
    this.base = version
    this.#keep()
  }

  clear(): void {
    this.changes = []
    this.base = ''
    keep('local', KEY, null)
  }

  #keep(): void {
    keep('local', KEY, { changes: this.changes, base: this.base })
  }
}

export const draft = new TablesDraft()
