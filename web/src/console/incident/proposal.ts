/** A recommendation as the server sends it: who could be there first by road, and why each line stands where it stands. */
import type { Both } from '../../shared/link/frames'
import type { Offer } from '../../shared/rows'

export interface SpokenReason {
  code: string
  fields?: Record<string, unknown>
  text?: Both
}

export interface ProposedUnit {
  unit: string
  capability: string
  role: string
  travel_time_s: number
  turnout_s: number
  total_s: number
  p10_s: number
  p90_s: number
  start?: string
  from?: string
  fix_age_s: number | null
  hold_back: boolean
  why: SpokenReason[]
}

export interface BypassedUnit {
  unit: string
  capability?: string
  reason?: SpokenReason
  code?: string
  text?: Both
  total_s?: number | null
}

export interface Proposal {
  incident_id: string
  at: number
  plans?: string[]
  plan?: { id: string; name: Both }
  alarm_level: number
  lines: ProposedUnit[]
  also: ProposedUnit[]
  bypassed: BypassedUnit[]
  shortfalls: { capability: string; wanted: number; found: number }[]
  notes?: SpokenReason[]
  offer: Offer
}

export const startOf = (line: ProposedUnit): string => line.start ?? line.from ?? ''
export const reasonOf = (unit: BypassedUnit): SpokenReason => unit.reason ?? { code: unit.code ?? '', text: unit.text }
