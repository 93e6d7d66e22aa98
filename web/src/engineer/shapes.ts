/** What the server says of districts, plans and results (`signals/districts/shapes.py`): seconds, metres, km/h. No rule. */
import type { Name } from '../shared/rows'
import type { Point } from './network/plane'

export type Day = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
export const DAYS: Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

export interface Card {
  id: string
  name: Name
  source: string
  licence: string
  attribution: string
  note: Name | null
  /** Where its events come from, if that is to be said with every figure. */
  log_note: Name | null
  /** Where its counts come from, likewise. */
  counts_note: Name | null
  sample: boolean
  junctions: number
  arterials: number
  can_simulate: boolean
  has_counts: boolean
  has_log: boolean
  errors: number
  warnings: number
}

export interface Districts {
  districts: Card[]
  /** Whether this server has SUMO. */
  can_run: boolean
  /** Whether it has SUMO's library too, for adaptive control. */
  can_adapt: boolean
  /** Kinds of jobs that it takes. */
  kinds: string[]
}

export interface Street {
  id: string
  name: string
  lanes: number
  line: Point[]
}

export interface Group {
  id: string
  kind: 'vehicle' | 'pedestrian' | 'bicycle' | 'tram'
  min_green_s: number
  amber_s: number
  red_amber_s: number
  clearance_s: number
  max_red_s: number
}

export interface Window {
  group: string
  from_s: number
  /** Not later than `from_s`: over the end of the cycle. */
  to_s: number
}

export interface Plan {
  id: string
  cycle_s: number
  offset_s: number
  windows: Window[]
}

export interface Hours {
  plan: string
  days: Day[]
  from: string
}

/** All plans of one junction, in place of those that it has. */
export interface JunctionPlans {
  id: string
  plans: Plan[]
  hours: Hours[]
}

/** Junctions that it does not name keep the plans in force. */
export interface PlanSet {
  junctions: JunctionPlans[]
}

export interface Junction extends JunctionPlans {
  name: Name
  at_m: Point | null
  at: Point | null
  groups: Group[]
  intergreens: { ending: string; beginning: string; least_s: number }[]
  approaches: { id: string; name: Name; lanes: number; speed_kmh: number }[]
  movements: { id: string; approach: string; turn: string; group: string; yields_to: string[] }[]
  stages: { id: string; groups: string[] }[]
  detectors: {
    id: string
    approach: string
    lane: number
    /** Null: it lies behind the junction. */
    before_stop_line_m: number | null
    length_m: number
    to_lane: number
    groups: string[]
  }[]
}

export interface Stop {
  junction: string
  at_m_along: number
  at_m: Point | null
  outbound: string
  inbound: string
  to_next_m: number
  back_m: number
  speed_kmh: [number, number]
  outbound_queue_s: number
  inbound_queue_s: number
}

export type Method = 'maxband' | 'multiband'

export interface Wave {
  id: string
  plan: string
  cycle_s: [number, number]
  method: Method
  ratio: number
  same_width: boolean
}

export interface Arterial {
  id: string
  name: Name
  stops: Stop[]
  waves: Wave[]
}

export interface Problem {
  severity: 'error' | 'warning'
  rule: string
  junction: string
  what: Name
  cure: Name
  /** `groups`: whose greens they are. */
  spot: { file: string; line: number; part: string; groups?: string[] }
}

/** Of our own vehicles: one section, one way, one hour of the day; never of fewer than five runs. */
export interface MeasuredSpeed {
  arterial: string
  start: string
  end: string
  hour: number
  times: number
  speed_kmh: number
}

export interface District {
  card: Card
  streets: Street[]
  junctions: Junction[]
  arterials: Arterial[]
  measured: MeasuredSpeed[]
  problems: Problem[]
  /** The proposal that the plans in force come from; empty: the district's files. */
  released: string
  digest: string
}

export interface Checked {
  problems: Problem[]
  errors: number
  warnings: number
  left: number
}

export interface Band {
  from_s: number
  width_s: number
  travel_s: number
  speed_kmh: number
}

export interface BandsAnswer {
  arterial: string
  wave: string
  method: Method
  cycle_s: number
  is_proven: boolean
  gap: number
  /** Greens in seconds after the first site's second 0. */
  sites: {
    junction: string
    name: Name
    at_m_along: number
    offset_s: number
    order: string
    greens_out: Point[]
    greens_in: Point[]
    outbound_queue_s: number
    inbound_queue_s: number
  }[]
  sections: { out: Band; back: Band }[]
  outbound_s: number
  inbound_s: number
  plans: PlanSet
  svg: { en: string; zh: string }
}

/** A mean with its 95 % interval (Student's t over seeds). */
export interface Interval {
  mean: number
  low: number
  high: number
}

/** Null: no run has the figure, because nobody got through or nobody drove there. `seeds`: the pairs it rests on. */
export interface Compared {
  before: Interval | null
  after: Interval | null
  change: Interval | null
  seeds: number
}

export type Figure = 'delay_s' | 'stops' | 'travel_s' | 'throughput' | 'waiting_s'

export interface Counts {
  entered: number
  arrived: number
  never_entered: number
  teleports: number
}

export interface Period {
  day: Day
  from: string
}

/** Hours at which a draft is simulated so that each plan that it changes is run. */
export interface PeriodsAnswer {
  /** Null: no junction has hours. `plans`: changed ones that it is the first to run. */
  periods: { period: Period | null; plans: number }[]
  /** Changed plans that are in force at no hour. */
  never: { junction: string; plan: string }[]
}

/** Two sides with the same seeds. */
export interface Figured {
  seeds: number
  period: Period | null
  before: Counts
  after: Counts
  pairs: (Compared & { figure: Figure })[]
  junctions: { junction: string; delay_s: Compared }[]
  arterials: { arterial: string; direction: 'outbound' | 'inbound'; travel_s: Compared }[]
}

export interface Simulated extends Figured {
  digest: string
  base: string
}

export interface AreaResult {
  cycle_s: number
  delay_before_s: number
  delay_after_s: number
  junctions: {
    junction: string
    per_h: number
    delay_before_s: number
    delay_after_s: number
    stops_before: number
    stops_after: number
    saturation_before: number
    saturation_after: number
  }[]
  plans: PlanSet
}

/** Plans by time of day, made from counts. */
export interface HoursResult {
  plans: PlanSet
  problems: Problem[]
}

export interface Job {
  id: string
  district: string
  kind: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  /** 0 to 1. */
  progress: number
  said: Name
  problems: Problem[]
  result: unknown
  /** Of a simulation that is done: the name under which its figures may be proposed. */
  simulation: string
}

export interface ProposalCard {
  id: string
  district: string
  state: 'proposed' | 'released' | 'refused' | 'withdrawn'
  digest: string
  note: string
  by: string
  at: number
  decided_by: string
  decided_at: number
  reason: string
  in_force: boolean
  /** Its simulations: it is released with all of them, or not at all. */
  runs: {
    simulation: string
    /** By figure: mean, low and high of after minus before. */
    change: Record<string, [number, number, number]>
    /** Whose plans were simulated; null: the last plan of each junction, where none has hours. */
    period: { day: Day; minute: number } | null
    never_entered: [number, number]
    teleports: [number, number]
  }[]
}

export interface Proposal {
  card: ProposalCard
  plans: PlanSet
  /** In the order of the card's runs. */
  simulations: Simulated[]
}
