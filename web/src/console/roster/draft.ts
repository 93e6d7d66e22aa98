/** What is being typed into a shift form, kept in this window until it is planned or discarded. */
import { keep, kept } from '../../shared/kept'
import type { Shift } from '../../shared/rows'
import type { Aboard } from './shifts'

export interface ShiftDraft {
  /** The shift as it was read when the draft was begun; null: a new one. */
  opened: Shift | null
  id: string
  begins: string
  ends: string
  byItself: boolean
  note: string
  aboard: Aboard
}

/** One draft for each known shift, and one for a new shift of each unit. */
export function shiftDraft(shift: Shift | null, unit: string) {
  const key = `turnout.shift.${shift ? shift.id : `new.${unit}`}`
  return {
    read: () => kept<ShiftDraft | null>('session', key, null),
    keep: (draft: ShiftDraft) => keep('session', key, draft),
    forget: () => keep('session', key, null),
  }
}
