/** A recommendation as the server sends it: who could be there first by road, and why each line stands where it stands. */
import type { Both } from '../../shared/link/frames'
import type { Offer } from '../../shared/rows'

export interface SpokenReason {
  code: string
  fields: Record<string, unknown>
  text: Both
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
  /** Where it starts: `quarters`, `road` or `last-known`. */
  from: string
  fix_age_s: number | null
  hold_back: boolean
  why: SpokenReason[]
}

export interface BypassedUnit extends SpokenReason {
  unit: string
  capability: string
  total_s: number | null
}

export interface Proposal {
  incident_id: string
  at: number
  plan: { id: string; name: Both } | null
  plans: { id: string; name: Both }[]
  alarm_level: number
  lines: ProposedUnit[]
  also: ProposedUnit[]
  bypassed: BypassedUnit[]
  shortfalls: { capability: string; wanted: number; found: number }[]
  notes: SpokenReason[]
  offer: Offer
}
