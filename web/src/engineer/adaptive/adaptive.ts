/** What a trial of adaptive control says of junctions, as it is shown: no rule. */
import type { Name } from '../../shared/rows'
import type { Figured } from '../shapes'

export type FaultKind = 'stuck' | 'silent' | 'double'
export const FAULTS: FaultKind[] = ['stuck', 'silent', 'double']

export interface ApproachWait {
  approach: string
  name: Name
  /** Null: nothing is promised there. */
  worst_s: number | null
}

export interface AdaptedJunction {
  junction: string
  waits: ApproachWait[]
  detectors: number
  lanes: { lane: string; detectors: number }[]
  /** In so many runs it ran its plan at the end. */
  on_plan: number
  faults: { detector: string; lane: string; kind: FaultKind; name: Name; seeds: number }[]
  /** Its detector that was broken, where one was asked for; empty: none of its own. */
  broken: string
  /** In so many runs that one was believed at the end. */
  missed: number
}

/** Before: the plans in force; after: adaptive control. */
export interface Adapted extends Figured {
  base: string
  fault: FaultKind | null
  /** Seeds. */
  gridlocked_before: number[]
  gridlocked_after: number[]
  detectors: number
  adapted: AdaptedJunction[]
  kept: { junction: string; why: Name }[]
  /** Single tracks that were doubtful at the end under adaptive control: in so many runs. */
  doubts: { track: string; name: Name; seeds: number }[]
}

/** Approaches of one longest wait together, the longest first, and before them those to which nothing is promised. */
export function byWait(waits: ApproachWait[]): { worst_s: number | null; names: Name[] }[] {
  const times = [...new Set(waits.map((one) => one.worst_s))].sort((a, b) => (b ?? Infinity) - (a ?? Infinity))
  return times.map((worst_s) => ({ worst_s, names: waits.filter((one) => one.worst_s === worst_s).map((one) => one.name) }))
}

/** Who fell back to the plan stands first, then who may wait longest. */
export function inOrder(junctions: AdaptedJunction[]): AdaptedJunction[] {
  const longest = (one: AdaptedJunction) => Math.max(...one.waits.map((wait) => wait.worst_s ?? Infinity), 0)
  return [...junctions].sort((a, b) => b.on_plan - a.on_plan || longest(b) - longest(a) || 0)
}

/** Neither the whole stood still nor a single track is doubtful: only then may it be said that nothing did. */
export function isFlowing(result: Pick<Adapted, 'gridlocked_before' | 'gridlocked_after' | 'doubts'>): boolean {
  return !result.gridlocked_before.length && !result.gridlocked_after.length && !result.doubts.length
}
