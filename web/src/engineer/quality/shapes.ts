/** The quality report of one junction (`signals/quality/report.py`). Times in ms of the controllers' clock; what is not known is null. */
import type { Name } from '../../shared/rows'

export interface GroupHour {
  group: string
  at_ms: number
  /** So long there is a log: `volume` is of this time. */
  covered_s: number
  /** So long it is known what the lamps showed: all else is of this time. */
  known_s: number
  cycles: number | null
  cycle_s: number | null
  green_s: number | null
  green_share: number | null
  volume: number | null
  arrivals: {
    all: number
    on_green: number
    on_yellow: number
    on_red: number
    unplaced: number
    share_on_green: number | null
    platoon_ratio: number | null
    arrival_type: number | null
  } | null
  splits: { judged: number; failures: number; green_occupancy: number | null; red_occupancy: number | null } | null
  late: { on_yellow: number; on_red: number } | null
  doubts: string[]
}

export interface PedestrianHour {
  group: string
  at_ms: number
  walks: number | null
  calls: number | null
  delay_s: number | null
  longest_wait_s: number | null
}

export interface PurdueDiagram {
  group: string
  cycles: { at_ms: number; green_at_s: number | null; yellow_at_s: number | null; lasts_s: number }[]
  points: { at_ms: number; into_s: number; vehicles: number }[]
  cell_s: number
  into_cell_s: number
}

export interface QualityReport {
  junction: string
  device: string
  from_ms: number
  to_ms: number
  hours: GroupHour[]
  pedestrians: PedestrianHour[]
  coverage: { at_ms: number; covered_s: number }[]
  gaps: { from_ms: number; to_ms: number; kind: string }[]
  faults: { detector: string; group: string; at_ms: number; kind: string; name: Name; by: string[] }[]
  diagrams: PurdueDiagram[]
  out_of_order: number
  repeated: number
  ahead: number
  rests_on: Name[]
}
