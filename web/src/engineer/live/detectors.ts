/** What the detectors ahead of crews say, as `edge/corridors/detecting.py` tells it: who stands where, never who it is. */
import type { Name } from '../../shared/rows'

export interface DetectorRow {
  id: string
  approach: string
  lane: number
  to_lane: number
  /** Null: it lies behind the junction. */
  before_stop_line_m: number | null
  groups: string[]
  state: 'occupied' | 'free' | 'unknown'
  /** Why it is not believed. */
  fault: Name | null
}

export interface GroupRow {
  group: string
  has_queue: boolean
  has_street: boolean
  /** Null: not known, and assumed. */
  queue: number | null
  full_s: number | null
}

export interface JunctionRow {
  junction: string
  name: Name
  is_heard: boolean
  groups: GroupRow[]
  detectors: DetectorRow[]
}

export interface DetectorsLive {
  queue_assumed: number
  opened_after_s: number
  given_back_after_s: number
  junctions: JunctionRow[]
}

/** What is to be said of one junction of a corridor. `queue` null: assumed. `street`: of the one behind it. */
export interface Told {
  queue: number | null
  /** Why it is assumed: there are no detectors, the controller is silent, or none of them is believed. */
  why: 'none' | 'silent' | 'doubted'
  street: 'none' | 'unknown' | 'flows' | 'stands' | 'full'
  full_s: number
  broken: DetectorRow[]
}

/** `groups`: those on the way, in its order. The street is the one behind the last, as the corridor looks at it. */
export function toldOf(live: DetectorsLive, junction: string, groups: readonly string[]): Told {
  const row = live.junctions.find((one) => one.junction === junction)
  const of = (group: string | undefined) => row?.groups.find((one) => one.group === group)
  const [first, last] = [of(groups[0]), of(groups[groups.length - 1])]
  const full_s = last?.full_s ?? 0
  const concerned = (one: DetectorRow) => !one.groups.length || one.groups.some((group) => groups.includes(group))
  return {
    queue: first?.queue ?? null,
    why: !first?.has_queue ? 'none' : row?.is_heard ? 'doubted' : 'silent',
    street: !last?.has_street ? 'none' : last.full_s === null ? 'unknown' : streetOf(live, last.full_s),
    full_s,
    broken: row?.detectors.filter((one) => one.fault !== null && concerned(one)) ?? [],
  }
}

function streetOf(live: DetectorsLive, full_s: number): 'flows' | 'stands' | 'full' {
  if (full_s >= live.given_back_after_s) return 'full'
  return full_s >= live.opened_after_s ? 'stands' : 'flows'
}
