/** What of the roster is open: nothing, the list, or the form with a shift as it was read (null: a new one). */
import type { Shift } from '../../shared/rows'

class OpenedRoster {
  isOpen = $state(false)
  editing = $state.raw<Shift | null | undefined>(undefined)
  unit = $state('')
  find = $state('')

  list(unit?: string): void {
    if (unit !== undefined) this.find = unit
    this.editing = undefined
    this.isOpen = true
  }

  plan(unit: string): void {
    this.unit = unit
    this.editing = null
    this.isOpen = true
  }

  edit(shift: Shift): void {
    this.editing = shift
    this.isOpen = true
  }

  close(): void {
    this.isOpen = false
    this.editing = undefined
  }
}

export const roster = new OpenedRoster()
