// Made by `npm run rows` from `turnout schema`. Do not edit: change the struct and make it again.

export interface Rows {
  board: Board
  command:
    | TakeCall
    | AnswerCall
    | RefreshCallerPlace
    | AskCallerPlace
    | ReportNoPlace
    | AttachCall
    | OpenFromAlarm
    | HandOverCall
    | AcceptCall
    | DeclineCall
    | TakeMessage
    | ReplyToCall
    | ReportReply
    | AbandonCall
    | NoteCallback
    | CloseCall
    | OpenIncident
    | ChangeIncident
    | Retype
    | Relocate
    | ClaimIncident
    | RouteIncident
    | HoldIncident
    | ReleaseIncident
    | AddNarrative
    | StrikeNarrative
    | AddPerson
    | RemovePerson
    | AddVehicle
    | AddItem
    | ChangeEntry
    | ChangePerson
    | StrikeEntry
    | SetPatient
    | LinkMedia
    | AttachFile
    | SetSecondaryPlace
    | AnswerTriage
    | AddAgency
    | SplitIncident
    | LinkIncidents
    | MergeIncidents
    | CloneIncident
    | SetAlarmLevel
    | PreAlert
    | WithdrawPreAlert
    | DisposeAgency
    | SetPrimary
    | CloseIncident
    | CancelIncident
    | ReopenIncident
    | AddAddendum
    | RequestTransfer
    | RequestSupplement
    | UpdateSupplement
    | AssignUnits
    | ReportStatus
    | ClearUnits
    | FreeUnits
    | PreemptUnit
    | RelieveUnit
    | ExchangeUnits
    | StackIncident
    | LogOn
    | LogOff
    | TakeOutOfService
    | ReturnToService
    | ChangeVehicle
    | MoveUp
    | NoteUnit
    | RaiseDuress
    | AnswerDuress
    | SelfInitiate
    | StartRollCall
    | AnswerRollCall
    | SendAlert
    | ReportAlert
    | GiveLateReason
    | DisposeUnit
    | ChangeRole
    | EnterPaperAssignment
    | RingTimer
    | ResetTimers
    | CancelTimers
    | PublishCatalogue
    | CloseRoad
    | OpenRoad
    | OpenZone
    | EndZone
    | WritePremise
    | RemovePremise
    | RenewPremise
    | SettlePlace
    | SetHospital
    | SetHydrant
    | SignOn
    | SignOff
    | TakeGroups
    | SetExercise
    | NoteDetailsOpened
    | NoteFileOpened
    | NoteTransfersTaken
    | NoteAccess
    | NoteDoorLog
    | TakeGround
    | ScheduleShift
    | ChangeShift
    | CancelShift
    | BeginShift
    | RequestReview
    | ApproveReview
    | DeclineReview
    | BreakGlass
    | AnswerGlass
    | PlaceHold
    | ReleaseHold
    | AskErasure
    | ApproveErasure
    | DeclineErasure
    | EraseDetails
    | PermitSignals
    | WithdrawSignals
    | ArmSignals
    | DisarmSignals
    | OpenCorridor
    | CancelCorridor
    | AskJunctions
    | NoteJunctions
    | EndCorridor
    | ProposePlans
    | ReleasePlans
    | RefusePlans
    | WithdrawPlans
}
/**
 * All of it. `seq` is the sequence of the last event applied.
 */
export interface Board {
  at: number
  calls: {
    [k: string]: Call
  }
  catalogue: Catalogue | null
  closures: {
    [k: string]: Closure
  }
  corridors: {
    [k: string]: Corridor
  }
  district_plans: {
    [k: string]: DistrictPlans
  }
  erasures: {
    [k: string]: ErasureRequest
  }
  exercise: boolean
  forced_places: {
    [k: string]: ForcedPlace
  }
  glass: {
    [k: string]: GlassBreak
  }
  ground: string
  holds: {
    [k: string]: Hold
  }
  hospitals: {
    [k: string]: HospitalState
  }
  hydrants: {
    [k: string]: HydrantState
  }
  incidents: {
    [k: string]: Incident
  }
  positions: {
    [k: string]: Position
  }
  premises: {
    [k: string]: PremiseNote
  }
  reveals: number
  reviews: {
    [k: string]: Review
  }
  seq: number
  series: {
    [k: string]: number
  }
  shifts: {
    [k: string]: Shift
  }
  signal_permits: {
    [k: string]: SignalPermit
  }
  special_zones: {
    [k: string]: SpecialZone
  }
  supplements: {
    [k: string]: SupplementalRequest
  }
  tags: {
    [k: string]: string
  }
  timers: {
    [k: string]: Timer
  }
  units: {
    [k: string]: Unit
  }
}
/**
 * One contact from outside. Many calls may concern one incident.
 */
export interface Call {
  abandoned: boolean
  alarm_kind: string
  answered: number | null
  answered_by: string | null
  callbacks: Callback[]
  caller: PersonCard | null
  channel: 'alarm' | 'app' | 'field' | 'officer' | 'phone' | 'sensor' | 'text' | 'web'
  closed: number | null
  conversation: string
  declined_by: string
  fixes: PlaceFix[]
  handed_to: string
  id: string
  incident: string | null
  location: Location | null
  messages: CallMessage[]
  offer: HandOver | null
  outcome: string
  place_asked: number | null
  place_refused: string
  received: number
  source: string
  status: 'answered' | 'attached' | 'callback' | 'closed' | 'waiting'
  suggested_type: string
  text: string
}
export interface Callback {
  at: number
  by: string
  note: string
  outcome: 'busy' | 'no-answer' | 'reached' | 'voicemail' | 'wrong-number'
}
/**
 * A person in this incident: a reference into the vault and a hash, never the details (1.11, charter 6).
 */
export interface PersonCard {
  digest: string
  id: string
  ref: string
  removed: boolean
  role: 'caller' | 'contact' | 'involved' | 'missing' | 'patient' | 'witness'
}
/**
 * A caller's place as it was found at a moment (1.23).
 */
export interface PlaceFix {
  at: number
  place: Place | null
  source: string
  uncertainty_m: number | null
}
/**
 * A point: latitude and longitude in degrees, WGS 84.
 */
export interface Place {
  lat: number
  lon: number
}
/**
 * Where: as a person reads it, and on the ground. The edge fills in zones and crossing.
 */
export interface Location {
  crossing: string
  detail: string
  floor: string
  kind: 'address' | 'block' | 'common_place' | 'coordinate' | 'crossing' | 'forced' | 'street'
  neighbourhood: string
  place: Place | null
  text: string
  verified: boolean
  zones: {
    [k: string]: string
  }
}
/**
 * One message of a conversation in writing (1.21). A reply waits until its gateway says what became of it.
 */
export interface CallMessage {
  by: string
  delivery: '' | 'delivered' | 'failed' | 'waiting'
  direction: 'in' | 'out'
  id: string
  sent: number
  text: string
}
/**
 * A call that rings at another position until it is accepted, declined or left too long (1.24).
 */
export interface HandOver {
  at: number
  by: string
  position: string
  to: string
}
/**
 * All tables of one city. `version` is the hash of its content, by which the console knows that it changed.
 */
export interface Catalogue {
  agencies: {
    [k: string]: Agency
  }
  alarm_kinds: {
    [k: string]: AlarmKind
  }
  capabilities: {
    [k: string]: Name
  }
  city: string
  coverage: CoverageStandard[]
  dispositions: {
    [k: string]: Disposition
  }
  folder_version: string
  groups: {
    [k: string]: Group
  }
  hospitals: {
    [k: string]: Hospital
  }
  hydrants: {
    [k: string]: Hydrant
  }
  info: {
    [k: string]: InfoFile
  }
  name: Name
  plans: ResponsePlan[]
  reasons: {
    [k: string]: Reason
  }
  roles: {
    [k: string]: Role
  }
  signals_armed_h: number
  standards: TimeStandard[]
  stations: {
    [k: string]: Station
  }
  statuses: StatusCode[]
  swap_gain_s: number
  time_zone: string
  types: {
    [k: string]: IncidentType
  }
  unit_kinds: {
    [k: string]: UnitKind
  }
  units: {
    [k: string]: UnitEntry
  }
  utc_offset_min: number
  version: string
  zones: {
    [k: string]: Zone
  }
}
/**
 * Who answers. `series` makes its incident numbers: `F{yy}{n:06}` gives `F26000123` (yy = UTC year of opening).
 */
export interface Agency {
  alert_by: ('app' | 'page' | 'radio' | 'sms' | 'station' | 'voice')[]
  discipline: 'ems' | 'fire' | 'police' | 'services'
  id: string
  name: Name
  neighbour: boolean
  rest_s: number
  series: string
}
/**
 * What something is called, in English and in Chinese.
 */
export interface Name {
  en: string
  zh: string
}
/**
 * What a monitored alarm calls itself, and the type of incident that it is (1.16).
 */
export interface AlarmKind {
  code: string
  name: Name
  subtype: string
  type: string
}
/**
 * How soon somebody is to be able to be anywhere (2.6): within `travel_s` of driving, turnout not counted.
 *
 *     NFPA 1710 4.1.2: the first engine within 240 s, advanced life support within 480 s of travel.
 */
export interface CoverageStandard {
  capability: string
  discipline: 'ems' | 'fire' | 'police' | 'services'
  id: string
  name: Name
  travel_s: number
}
export interface Disposition {
  agencies: string[]
  aliases: string[]
  code: string
  name: Name
}
/**
 * A dispatch group: which agencies and zones it answers for (1.17, 7.17).
 */
export interface Group {
  agencies: string[]
  id: string
  name: Name
}
export interface Hospital {
  address: string
  aliases: string[]
  id: string
  name: Name
  phone: string
  place: Place
}
export interface Hydrant {
  id: string
  place: Place
}
/**
 * A procedure or contact list, recalled by a short name from the command line (7.19).
 */
export interface InfoFile {
  short: string
  text: Name
  title: Name
}
/**
 * A run card (2.8). Empty `types`, `zones` or `hours` mean any. Levels add up: level 2 sends 1's needs and its own.
 *
 *     Of the plans that fit, the most particular wins: zone before type before hours, then the order of the file.
 */
export interface ResponsePlan {
  agency: string
  alarm_level: number
  hours: DayHours[]
  id: string
  max_travel_s: number
  mutual_aid: string[]
  name: Name
  needs: Need[]
  order_kind: 'rotation' | 'soonest'
  types: string[]
  zones: string[]
}
/**
 * A window of the local week: days 1 (Monday) to 7, minutes of the day `[from_min, to_min)`; may cross midnight.
 */
export interface DayHours {
  days: number[]
  from_min: number
  to_min: number
}
/**
 * So many units with a capability. `role` is what they do there (`attack`, `transport`).
 */
export interface Need {
  capability: string
  count: number
  role: string
}
/**
 * A coded reason, for one kind of act.
 */
export interface Reason {
  code: string
  kind: 'bypass' | 'cancel' | 'late' | 'out-of-service' | 'override' | 'preempt' | 'reopen' | 'strike'
  name: Name
}
/**
 * What an account may do (7.5): commands, or groups `calls`, `dispatch`, `field`, `tables`, `read`, `*`.
 */
export interface Role {
  cannot_change: string[]
  cannot_see: string[]
  code: string
  may: string[]
  name: Name
}
/**
 * How long an interval may take (NFPA 1710 names), per agency and priority; `warn_s` before it is overdue.
 */
export interface TimeStandard {
  agency: string | null
  interval:
    | 'acknowledge'
    | 'alert'
    | 'callback'
    | 'hand-over'
    | 'on-scene'
    | 'pending'
    | 'processing'
    | 'roll-call'
    | 'travel'
    | 'turnout'
  limit_s: number
  priority: number
}
export interface Station {
  address: string
  agency: string
  id: string
  keep_available: {
    [k: string]: number
  }
  name: Name
  phone: string
  place: Place
}
/**
 * An agency's own status and the common stage it stands for (APCO ANS 1.116), with its short forms.
 */
export interface StatusCode {
  agency: string | null
  aliases: string[]
  code: string
  name: Name
  stage: string
}
export interface IncidentType {
  advise_only: boolean
  agencies: string[]
  aliases: string[]
  close_requires: string[]
  code: string
  decision_first: boolean
  duplicate_radius_m: number
  duplicate_window_s: number
  look_back_days: number
  name: Name
  priority: number
  questions: Question[]
  scene_arrival_required: boolean
  subtypes: string[]
}
/**
 * One scripted triage question (2.3). An answer may set the determinant, the priority and the next question.
 */
export interface Question {
  answers: TriageAnswer[]
  code: string
  text: Name
}
export interface TriageAnswer {
  code: string
  determinant: string
  next: string
  priority: number
  text: Name
  type: string
}
/**
 * What sort of unit it is: engine, truck, ambulance, patrol car. `turnout_s` is its standard turnout time.
 */
export interface UnitKind {
  capabilities: string[]
  code: string
  crew_min: number
  discipline: 'ems' | 'fire' | 'police' | 'services'
  name: Name
  rank: number
  rest_s: number | null
  transports: boolean
  turnout_s: number
}
export interface UnitEntry {
  agency: string
  aliases: string[]
  capabilities: string[]
  crew_shared_with: string[]
  id: string
  kind: string
  station: string
}
/**
 * An area that selects a plan or an agency. The outline lives in the city folder, not here.
 */
export interface Zone {
  agencies: {
    [k: string]: string
  }
  agency: string | null
  group: string
  id: string
  kind: 'beat' | 'first-due' | 'neighbourhood' | 'special'
  name: Name
  station: string | null
  stations: {
    [k: string]: string
  }
}
/**
 * A street closed or slowed; changes the next travel time (2.10, 9.11).
 */
export interface Closure {
  by: string
  id: string
  line: Place[]
  radius_m: number
  reason: string
  since: number
  slowdown: number
  until: number | null
}
/**
 * Green for one unit on its way. Once it is over, or cancelled and all is given back, it leaves the board.
 */
export interface Corridor {
  at: number
  by: string
  cancelled: number | null
  cancelled_by: string | null
  id: string
  incident: string
  junctions: {
    [k: string]: CorridorJunction
  }
  level: number
  unit: string
}
/**
 * A junction of a corridor, as it was last told. Which it is stands sealed (decision 0184).
 */
export interface CorridorJunction {
  also: string[]
  group: string
  id: string
  name: CrossingName
  place: Place | null
  reason: string
  since: number
  state: 'asked' | 'granted' | 'lost' | 'refused' | 'released' | 'waiting'
}
/**
 * What a junction of a corridor is called: by its streets, so it says where a crew drove.
 */
export interface CrossingName {
  en: string
  zh: string
}
/**
 * One district. `released` None: those of its files. A proposal leaves when it is decided or withdrawn.
 */
export interface DistrictPlans {
  id: string
  proposals: ProposedPlans[]
  released: ReleasedPlans | null
}
/**
 * A set of plans that somebody proposes for a district. The set itself is kept by its digest, off the board.
 *
 *     One simulation shows one plan of each junction. `simulation`, `seeds`, `figures`, `period`, `never_entered` and
 *     `teleports` are those of the first, as of `SimulatedRun`.
 */
export interface ProposedPlans {
  at: number
  by: string
  digest: string
  district: string
  figures: ProposedFigure[]
  further: SimulatedRun[]
  id: string
  never_entered: never[]
  note: string
  over: string
  period: SimulatedPeriod | null
  seeds: number
  simulation: string
  teleports: never[]
}
/**
 * One figure of the simulation. `change` is after minus before, with its 95 % confidence interval.
 */
export interface ProposedFigure {
  after: number
  before: number
  change: number
  figure: 'delay_s' | 'stops' | 'throughput' | 'travel_s' | 'waiting_s'
  high: number
  low: number
}
/**
 * One simulation of a set of plans beside those in force: what it found.
 */
export interface SimulatedRun {
  figures: ProposedFigure[]
  never_entered: never[]
  period: SimulatedPeriod | null
  seeds: number
  simulation: string
  teleports: never[]
}
/**
 * Whose plans were run: those in force on this day of the week at this minute.
 */
export interface SimulatedPeriod {
  day: 'fri' | 'mon' | 'sat' | 'sun' | 'thu' | 'tue' | 'wed'
  minute: number
}
/**
 * The plans in force.
 */
export interface ReleasedPlans {
  at: number
  by: string
  digest: string
  proposal: string
}
/**
 * Somebody wants the details of one matter erased before their time; another person has to approve it.
 *
 *     `card`: of this person alone.
 */
export interface ErasureRequest {
  agencies: string[]
  asked: number
  asked_by: string
  call: string
  card: string
  id: string
  incident: string
  reason: string
}
/**
 * A place that was taken as it was typed, until somebody has followed it up (1.9).
 */
export interface ForcedPlace {
  agencies: string[]
  at: number
  by: string
  id: string
  incident: string
  place: Place | null
  tag: string
  text: string
  times: number
}
/**
 * Somebody looks at a matter that they do not work on, and says why. Stays until a second person has answered.
 */
export interface GlassBreak {
  agencies: string[]
  answered_by: string | null
  at: number
  by: string
  call: string
  finding: '' | 'justified' | 'not-justified' | 'unclear'
  id: string
  incident: string
  position: string
  reason: string
  until: number
}
/**
 * While it stands nothing of its matter is erased, whatever its age and whoever asks.
 */
export interface Hold {
  agencies: string[]
  at: number
  by: string
  call: string
  id: string
  incident: string
  reason: string
}
/**
 * Diversion and beds as last told (4.13).
 */
export interface HospitalState {
  at: number
  beds: number | null
  diversion: boolean
  id: string
  note: string
}
export interface HydrantState {
  at: number
  id: string
  note: string
  out_of_service: boolean
}
export interface Incident {
  activate_at: number | null
  agencies: string[]
  alarm_level: number
  alerts: StationAlert[]
  assignments: Assignment[]
  calls: string[]
  changes: {
    [k: string]: FieldChange
  }
  claimed_by: string | null
  close_reason: string
  closed: number | null
  dispatches: Dispatch[]
  dispositions: {
    [k: string]: string
  }
  earlier_persons: PersonCard[]
  exercise: boolean
  fields: {
    [k: string]: string
  }
  floor_plan: string
  group: string
  id: string
  items: PropertyItem[]
  last_change: number
  links: Link[]
  location: Location
  media: Media[]
  narrative: NarrativeLine[]
  numbers: {
    [k: string]: string
  }
  opened: number
  opened_by: string
  patients: Patient[]
  persons: PersonCard[]
  places: SecondaryPlace[]
  position: string
  pre_alerted: string[]
  primary_chosen: {
    [k: string]: PrimaryChoice
  }
  priority: number
  priority_overridden: boolean
  ranking: {
    [k: string]: string[]
  }
  reopened: number
  roll_call: RollCall | null
  status: 'active' | 'closed' | 'held' | 'pending' | 'scheduled'
  status_since: number
  subtype: string
  tag: string
  triage: {
    [k: string]: string
  }
  type: string
  vehicles: InvolvedVehicle[]
}
/**
 * One attempt to alert one station. Sent, then delivered, then acknowledged; or failed; or no longer meant.
 */
export interface StationAlert {
  acknowledged: number | null
  acknowledged_by: string | null
  by: string
  channel: 'app' | 'page' | 'radio' | 'sms' | 'station' | 'voice'
  delivered: number | null
  delivered_by: string | null
  failed: string
  followed: number | null
  id: string
  kind: 'dispatch' | 'pre'
  sent: number
  station: string
  units: string[]
  withdrawn: number | null
}
/**
 * This unit to this incident, with its times. A unit sent twice has two.
 */
export interface Assignment {
  alerts: Alert[]
  by: string
  destination: string | null
  disposition: string
  ended_as: '' | 'cancelled' | 'cleared' | 'exchanged' | 'preempted' | 'relieved'
  from_paper: boolean
  late_reasons: {
    [k: string]: string
  }
  odometer_km: {
    [k: string]: number
  }
  overdue: {
    [k: string]: number
  }
  role: string
  times: {
    [k: string]: number
  }
  travel_time_s: number | null
  unit: string
}
/**
 * One attempt to alert a crew or a station, and what came of it (2.5, 3.11, 3.12).
 */
export interface Alert {
  acknowledged: number | null
  channel: 'app' | 'page' | 'radio' | 'sms' | 'station' | 'voice'
  delivered: number | null
  failed: string
  id: string
  sent: number
  to: string
}
/**
 * Who set a field last, and when: two people on one incident are told of each other (4.7).
 */
export interface FieldChange {
  at: number
  by: string
  seq_was: unknown
}
/**
 * One choice of a dispatcher: what was sent, what had been offered, why it differs.
 */
export interface Dispatch {
  at: number
  by: string
  offer: Offer | null
  reason: string
  units: string[]
}
/**
 * What had been offered when the dispatcher chose (2.7, 3.15, 4.3).
 */
export interface Offer {
  at: number
  bypassed: OfferedUnit[]
  plan: string
  proposed: OfferedUnit[]
  shortfalls: string[]
}
/**
 * One line of a recommendation, as it was shown. `why` is coded so that it reads in both languages.
 */
export interface OfferedUnit {
  bypassed: string
  role: string
  travel_time_s: number
  unit: string
  why: string[]
}
export interface PropertyItem {
  description: string
  id: string
  quantity: number
  struck_reason: string
}
export interface Link {
  incident: string
  kind: 'child' | 'cloned-from' | 'cloned-to' | 'merged-from' | 'merged-into' | 'parent' | 'related'
}
/**
 * A recording or file linked to the incident by reference (4.15).
 */
export interface Media {
  at: number
  id: string
  kind: 'call-audio' | 'document' | 'photo' | 'plan' | 'radio-audio' | 'video'
  mime: string
  note: string
  owner: string | null
  ref: string
  sha256: string
  size_bytes: number
  until: number | null
}
/**
 * One line of the append-only narrative. A wrong one is struck, never removed (4.25).
 */
export interface NarrativeLine {
  at: number
  by: string
  id: string
  kind: 'addendum' | 'caller' | 'crew' | 'note' | 'system'
  position: string
  struck: number | null
  struck_by: string | null
  struck_reason: string
  text: string
}
/**
 * A patient by number on scene; details, where known, are behind `card` in the vault. Triage and destination say
 *     something of somebody's health, and the unit says the destination, so they stand sealed (decision 0189).
 */
export interface Patient {
  card: string | null
  destination: string | null
  id: string
  triage: string
  unit: string | null
}
/**
 * Staging, command post, or a destination of the incident (4.12, 4.18).
 */
export interface SecondaryPlace {
  id: string
  location: Location
  removed: boolean
  role: 'command-post' | 'destination' | 'landing' | 'other' | 'staging'
}
/**
 * A person has said which unit of an agency is the primary one, and why (6.3).
 */
export interface PrimaryChoice {
  at: number
  by: string
  reason: string
  unit: string
}
/**
 * Accountability roll-call (PAR): who was asked, who has answered when (3.25).
 */
export interface RollCall {
  answered: {
    [k: string]: number
  }
  asked: string[]
  started: number
}
export interface InvolvedVehicle {
  description: string
  id: string
  role: string
  struck_reason: string
}
/**
 * A working position that somebody has signed on to, and the groups that it answers for (1.17, 7.4).
 */
export interface Position {
  actor: string
  groups: string[]
  id: string
  roles: string[]
  since: number
}
/**
 * A hazard, contact, plan or caution of a *place*, never of a person; has owner and expiry (1.13, 1.25).
 */
export interface PremiseNote {
  address: string
  expires: number
  id: string
  kind: 'access' | 'caution' | 'contact' | 'hazard' | 'plan'
  overdue: boolean
  owner: string
  place: Place
  radius_m: number
  text: string
  written: number
}
/**
 * A named review: who may look at what of one matter, why and until when. Good only once another approved it.
 */
export interface Review {
  agencies: string[]
  approved: number | null
  approved_by: string | null
  asked: number
  asked_by: string
  call: string
  id: string
  incident: string
  kinds: ('details' | 'files')[]
  purpose: string
  until: number
  who: string
}
/**
 * Who is to be on a unit, from when to when. It leaves the board when it is over; the journal keeps it.
 */
export interface Shift {
  began: number | null
  begins: number
  by: string
  by_itself: boolean
  changed: number
  crew: CrewMember[]
  ends: number
  equipment: string[]
  id: string
  note: string
  offered: number | null
  overrun: number | null
  station: string
  unit: string
  vehicle: string
}
/**
 * Staff of the agency, by staff number: their own work, never the public.
 */
export interface CrewMember {
  name: string
  skills: string[]
  staff: string
}
/**
 * The traffic authority allows that these junctions are asked for green. Armed ones are; a person has done that.
 *
 *     No `hours`: at any time.
 */
export interface SignalPermit {
  armed: string[]
  armed_by: string | null
  at: number
  authority: string
  by: string
  hours: Hours[]
  id: string
  junctions: string[]
  until: {
    [k: string]: number
  }
}
/**
 * From a minute of these days until before the other, in the city's time; past midnight where that is not later.
 */
export interface Hours {
  days: ('fri' | 'mon' | 'sat' | 'sun' | 'thu' | 'tue' | 'wed')[]
  from_minute: number
  to_minute: number
}
/**
 * A temporary area that overrides plans (2.2). Outline in WGS 84.
 */
export interface SpecialZone {
  by: string
  id: string
  name: string
  outline: Place[]
  plan_zone: string
  planned: boolean
  since: number
  until: number | null
}
/**
 * Something other than a unit that an incident needs, and how far it is (4.5).
 */
export interface SupplementalRequest {
  asked: number
  changed: number
  id: string
  incident: string
  kind: string
  state: 'accepted' | 'arrived' | 'asked' | 'done' | 'on-the-way' | 'refused'
  text: string
  who: string
}
/**
 * A due-time on the board. The clock adapter submits `RingTimer` when it comes; a rung one stays until answered.
 */
export interface Timer {
  call: string | null
  due: number
  group: string
  id: string
  incident: string | null
  kind:
    | 'acknowledge'
    | 'alert'
    | 'archive'
    | 'callback'
    | 'hand-over'
    | 'on-scene'
    | 'pending'
    | 'rest'
    | 'review'
    | 'roll-call'
    | 'scheduled'
    | 'shift-begins'
    | 'shift-ends'
    | 'signals-end'
    | 'travel'
    | 'turnout'
    | 'zone-begins'
    | 'zone-ends'
  rung: number | null
  started: number
  subject: string
  unit: string | null
}
export interface Unit {
  agency: string
  capabilities: string[]
  crew: CrewMember[]
  dispatches: number
  duress: number | null
  duress_acknowledged_by: string | null
  equipment: string[]
  free: boolean
  home: string
  id: string
  kind: string
  last_dispatched: number | null
  last_incident: string | null
  last_worked: number | null
  note: string
  odometer_km: number | null
  since: number
  stack: string[]
  staffed: boolean
  station: string
  status: OffDuty | OutOfService | Available | OnIncident
  vehicle: string
}
/**
 * Nobody is on it. Never recommended.
 */
export interface OffDuty {
  stage: 'off-duty'
}
export interface OutOfService {
  reason: string
  stage: 'out-of-service'
}
export interface Available {
  code: string
  in_quarters: boolean
  moving_to: string | null
  stage: 'available'
}
export interface OnIncident {
  at:
    | 'acknowledged'
    | 'at-destination'
    | 'at-patient'
    | 'clearing'
    | 'dispatched'
    | 'enroute'
    | 'on-scene'
    | 'staged'
    | 'transporting'
  code: string
  destination: string | null
  incident: string
  stage: 'on-incident'
}
/**
 * A call has come in (any channel). Answered at once when `answered` is set.
 */
export interface TakeCall {
  alarm_kind?: string
  answered?: boolean
  call_id: string
  caller?: PersonCard | null
  channel: 'alarm' | 'app' | 'field' | 'officer' | 'phone' | 'sensor' | 'text' | 'web'
  do: 'take-call'
  location?: Location | null
  received?: number | null
  source?: string
  suggested_type?: string
  text?: string
}
export interface AnswerCall {
  call_id: string
  do: 'answer-call'
}
export interface RefreshCallerPlace {
  call_id: string
  do: 'refresh-caller-place'
  place: Place
  source: string
  uncertainty_m?: number | null
}
/**
 * Ask the network again where the caller is (1.23). A location adapter sees `place_asked` on the call's row and
 *     answers with `refresh-caller-place`, or with `report-no-place`. Only for a call for help that is still open.
 */
export interface AskCallerPlace {
  call_id: string
  do: 'ask-caller-place'
}
/**
 * From the location adapter: no place could be had, and why.
 */
export interface ReportNoPlace {
  call_id: string
  do: 'report-no-place'
  reason: string
}
/**
 * This call concerns an incident that is already running (1.6).
 */
export interface AttachCall {
  call_id: string
  do: 'attach-call'
  incident_id: string
}
/**
 * One act from an alarm to its incident (1.16): type by the city's alarm kinds, place and words from the call.
 */
export interface OpenFromAlarm {
  call_id: string
  do: 'open-from-alarm'
  incident_id: string
  location?: Location | null
}
/**
 * To a position, which it rings until accepted, declined or left too long; or to somebody outside (1.24).
 */
export interface HandOverCall {
  call_id: string
  do: 'hand-over-call'
  to: string
}
/**
 * Take over a call that is being handed over, with everything that is known of it (1.24).
 */
export interface AcceptCall {
  call_id: string
  do: 'accept-call'
}
/**
 * Not here: the call stays with whoever offered it, who is told (1.24).
 */
export interface DeclineCall {
  call_id: string
  do: 'decline-call'
  reason?: string
}
/**
 * A written message has come in (1.21): it belongs to the open call of its conversation, or a call begins with it.
 *
 *     `conversation` is the gateway's own name for the exchange (an MSRP session, NENA-STA-010), never a number.
 */
export interface TakeMessage {
  call_id: string
  caller?: PersonCard | null
  channel?: 'app' | 'text' | 'web'
  conversation: string
  do: 'take-message'
  location?: Location | null
  message_id: string
  sent?: number | null
  source?: string
  text: string
}
/**
 * Write back in the call's conversation. Its gateway sends it and reports with `report-reply` (1.21).
 */
export interface ReplyToCall {
  call_id: string
  do: 'reply-to-call'
  message_id: string
  text: string
}
/**
 * From the gateway: whether a reply reached the caller's device.
 */
export interface ReportReply {
  call_id: string
  do: 'report-reply'
  message_id: string
  outcome: 'delivered' | 'failed'
}
/**
 * The caller hung up or said nothing: it goes on the call-back list until closed (1.20).
 */
export interface AbandonCall {
  call_id: string
  do: 'abandon-call'
  silent?: boolean
}
export interface NoteCallback {
  call_id: string
  do: 'note-callback'
  note?: string
  outcome: 'busy' | 'no-answer' | 'reached' | 'voicemail' | 'wrong-number'
}
export interface CloseCall {
  call_id: string
  do: 'close-call'
  outcome: string
}
/**
 * Type and place are enough (1.14). Everything else can follow.
 */
export interface OpenIncident {
  activate_at?: number | null
  agencies?: string[]
  back_entry?: number | null
  call_id?: string
  do: 'open-incident'
  group?: string
  hold?: boolean
  incident_id: string
  location: Location
  narrative?: string
  not_duplicate_of?: string[]
  priority?: number | null
  priority_reason?: string
  subtype?: string
  type: string
}
/**
 * Set one field. `was` is what the person saw: if it has changed meanwhile, the change is refused with both (4.7).
 *
 *     `field`: `subtype`, `priority`, `group`, `floor_plan`, `floor`, `detail`, `exercise`, or `fields.<name>`.
 */
export interface ChangeIncident {
  becomes: string | number | boolean | null
  do: 'change-incident'
  field: string
  incident_id: string
  reason?: string
  was: string | number | boolean | null
}
/**
 * A new type; its default priority comes with it unless it had been overridden.
 */
export interface Retype {
  do: 'retype'
  incident_id: string
  subtype?: string
  type: string
  was: string
}
export interface Relocate {
  do: 'relocate'
  incident_id: string
  location: Location
  was: string
}
/**
 * Say that one works on it; or, with `release`, no longer. Locks nothing.
 */
export interface ClaimIncident {
  do: 'claim-incident'
  incident_id: string
  release?: boolean
}
/**
 * To another dispatch group, any time (1.17).
 */
export interface RouteIncident {
  do: 'route-incident'
  group: string
  incident_id: string
}
export interface HoldIncident {
  do: 'hold-incident'
  incident_id: string
  reason: string
}
/**
 * A held or scheduled one goes to the queue now (1.18, 4.17).
 */
export interface ReleaseIncident {
  do: 'release-incident'
  incident_id: string
}
export interface AddNarrative {
  do: 'add-narrative'
  entry_id: string
  incident_id: string
  kind?: 'addendum' | 'caller' | 'crew' | 'note' | 'system'
  text: string
}
export interface StrikeNarrative {
  do: 'strike-narrative'
  entry_id: string
  incident_id: string
  reason: string
}
export interface AddPerson {
  do: 'add-person'
  incident_id: string
  person: PersonCard
}
export interface RemovePerson {
  do: 'remove-person'
  incident_id: string
  person_id: string
  reason: string
}
export interface AddVehicle {
  description: string
  do: 'add-vehicle'
  incident_id: string
  role?: string
  vehicle_id: string
}
export interface AddItem {
  description: string
  do: 'add-item'
  incident_id: string
  item_id: string
  quantity?: number
}
/**
 * Set one field of a vehicle or an item; what stood there stays on record (1.2, 4.7).
 */
export interface ChangeEntry {
  becomes: string | number
  do: 'change-entry'
  entry_id: string
  field: 'description' | 'quantity' | 'role'
  incident_id: string
  was: string | number
}
/**
 * Other details on a person's card (1.2): `person` has the card's identity and a new reference into the vault.
 *
 *     What was sealed before stays in the vault under the incident's key, and opens by the same path. Also after the
 *     incident was closed: whoever finds that what is kept of them is wrong has a right to have it put right.
 */
export interface ChangePerson {
  do: 'change-person'
  incident_id: string
  person: PersonCard
  record?: Incident | null
  was_ref: string
}
/**
 * Strike a vehicle or an item, by its identity.
 */
export interface StrikeEntry {
  do: 'strike-entry'
  entry_id: string
  incident_id: string
  reason: string
}
/**
 * Add or update a patient by number on scene (4.14).
 */
export interface SetPatient {
  card?: string | null
  destination?: string | null
  do: 'set-patient'
  incident_id: string
  patient_id: string
  triage?: '' | 'black' | 'green' | 'red' | 'yellow'
  unit?: string | null
}
export interface LinkMedia {
  at?: number | null
  do: 'link-media'
  incident_id: string
  kind: 'call-audio' | 'document' | 'photo' | 'plan' | 'radio-audio' | 'video'
  media_id: string
  note?: string
  record?: Incident | null
  ref: string
  until?: number | null
}
/**
 * Written by the files' broker when it has sealed one: its hash at intake, size, type and reference (18.1).
 */
export interface AttachFile {
  at?: number | null
  do: 'attach-file'
  incident_id: string
  kind: 'call-audio' | 'document' | 'photo' | 'plan' | 'radio-audio' | 'video'
  media_id: string
  mime: string
  note?: string
  record?: Incident | null
  ref: string
  sha256: string
  size_bytes: number
  until?: number | null
}
export interface SetSecondaryPlace {
  do: 'set-secondary-place'
  incident_id: string
  location: Location
  place_id: string
  remove?: boolean
  role: 'command-post' | 'destination' | 'landing' | 'other' | 'staging'
}
/**
 * One answer to a scripted question (2.3).
 */
export interface AnswerTriage {
  answer: string
  do: 'answer-triage'
  incident_id: string
  question: string
}
/**
 * Fire or medical to a police incident, and so on (4.19); it gets its own number.
 */
export interface AddAgency {
  agency: string
  do: 'add-agency'
  incident_id: string
}
/**
 * A linked child for a discipline (1.22), with the same place and calls.
 */
export interface SplitIncident {
  agencies?: string[]
  child_id: string
  do: 'split-incident'
  incident_id: string
  type: string
}
export interface LinkIncidents {
  do: 'link-incidents'
  incident_id: string
  other_id: string
  unlink?: boolean
}
/**
 * `from_id` proves to be the same as `into_id`: calls, units and narrative are joined; both stay visible (4.20).
 */
export interface MergeIncidents {
  do: 'merge-incidents'
  from_id: string
  into_id: string
  reason?: string
}
export interface CloneIncident {
  clone_id: string
  do: 'clone-incident'
  incident_id: string
}
/**
 * Up or down; levels are additive (2.9).
 */
export interface SetAlarmLevel {
  do: 'set-alarm-level'
  incident_id: string
  level: number
  reason?: string
  was: number
}
/**
 * Warn stations or units before call-taking ends (3.12). Without `to`: the station that is first due there.
 */
export interface PreAlert {
  do: 'pre-alert'
  incident_id: string
  to?: string[]
}
/**
 * The warning no longer holds, and whoever was warned is told so. Without `to`: all of them.
 */
export interface WithdrawPreAlert {
  do: 'withdraw-pre-alert'
  incident_id: string
  reason?: string
  to?: string[]
}
/**
 * An agency's disposition; the incident closes when all have theirs (6.2).
 */
export interface DisposeAgency {
  agency: string
  disposition: string
  do: 'dispose-agency'
  incident_id: string
}
/**
 * Another unit of an agency is the primary one than the computed ranking says (6.3); also after closing.
 *
 *     Without `unit` the computed ranking holds again.
 */
export interface SetPrimary {
  agency: string
  do: 'set-primary'
  incident_id: string
  reason: string
  unit?: string
}
/**
 * One disposition for every agency that has none yet (6.1). `override` where a guard would refuse; logged.
 */
export interface CloseIncident {
  back_entry?: number | null
  disposition: string
  do: 'close-incident'
  incident_id: string
  note?: string
  override?: string
}
/**
 * Before or after dispatch: units are freed (6.4).
 */
export interface CancelIncident {
  do: 'cancel-incident'
  incident_id: string
  note?: string
  reason: string
}
/**
 * With its full history (4.11). `record` is filled in by the desk when it had left the board.
 */
export interface ReopenIncident {
  do: 'reopen-incident'
  incident_id: string
  note?: string
  reason: string
  record?: Incident | null
}
/**
 * To a closed incident (6.5).
 */
export interface AddAddendum {
  do: 'add-addendum'
  entry_id: string
  incident_id: string
  record?: Incident | null
  text: string
}
/**
 * Give the incident to the records systems now (4.9): of one agency, or of all that are on it.
 */
export interface RequestTransfer {
  agency?: string
  do: 'request-transfer'
  incident_id: string
  record?: Incident | null
}
/**
 * A tow, a utility, an interpreter (4.5).
 */
export interface RequestSupplement {
  do: 'request-supplement'
  incident_id: string
  kind: string
  supplement_id: string
  text?: string
}
export interface UpdateSupplement {
  do: 'update-supplement'
  state: 'accepted' | 'arrived' | 'asked' | 'done' | 'on-the-way' | 'refused'
  supplement_id: string
  who?: string
}
/**
 * One act: assign, update boards, start timers, log, stamp (2.4). All of them or none.
 *
 *     A unit on another incident is refused with who sent it, where and when, unless `preempt` names the reason; the first
 *     incident then goes back to the queue (2.14). What had been offered is kept beside what was chosen (2.7).
 */
export interface AssignUnits {
  back_entry?: number | null
  do: 'assign-units'
  incident_id: string
  offer?: Offer | null
  override?: string
  preempt?: string
  reason?: string
  roles?: {
    [k: string]: string
  }
  units: string[]
}
/**
 * A unit's status: a stage, or the agency's own code that stands for one (3.3).
 */
export interface ReportStatus {
  destination?: string | null
  do: 'report-status'
  happened?: number | null
  incident_id?: string
  odometer_km?: number | null
  override?: string
  status: string
  unit: string
}
/**
 * Done with the incident: available again, with a disposition where the agency wants one (3.8).
 */
export interface ClearUnits {
  disposition?: string
  do: 'clear-units'
  incident_id?: string
  odometer_km?: number | null
  override?: string
  units: string[]
}
/**
 * Free differs from clear: it still belongs to its incident, but may be sent elsewhere (3.22).
 */
export interface FreeUnits {
  do: 'free-units'
  undo?: boolean
  units: string[]
}
/**
 * Take a unit off its incident for another; the first goes back to the queue or onto its stack (2.14).
 */
export interface PreemptUnit {
  do: 'preempt-unit'
  reason: string
  stack_first?: boolean
  to_incident: string
  unit: string
}
/**
 * `by` takes over at the incident; `unit` is cleared.
 */
export interface RelieveUnit {
  before_scene?: boolean
  by: string
  do: 'relieve-unit'
  incident_id?: string
  offer?: Offer | null
  reason?: string
  unit: string
}
/**
 * Two units swap incidents (3.22).
 */
export interface ExchangeUnits {
  do: 'exchange-units'
  one: string
  other: string
}
/**
 * Hold an incident for a unit (2.13); held already, move it within the stack.
 */
export interface StackIncident {
  do: 'stack-incident'
  first?: boolean
  incident_id: string
  place?: number | null
  remove?: boolean
  unit: string
}
/**
 * Crew, vehicle, equipment, skills at the start of a shift (3.4, 3.18).
 */
export interface LogOn {
  crew?: CrewMember[]
  do: 'log-on'
  equipment?: string[]
  odometer_km?: number | null
  station?: string
  unit: string
  vehicle?: string
}
export interface LogOff {
  do: 'log-off'
  units: string[]
}
export interface TakeOutOfService {
  do: 'take-out-of-service'
  note?: string
  reason: string
  units: string[]
}
export interface ReturnToService {
  do: 'return-to-service'
  units: string[]
}
export interface ChangeVehicle {
  do: 'change-vehicle'
  odometer_km?: number | null
  unit: string
  vehicle: string
}
/**
 * Fill in at another station (2.6); `station` its own brings it home.
 */
export interface MoveUp {
  do: 'move-up'
  reason?: string
  station: string
  unit: string
}
export interface NoteUnit {
  do: 'note-unit'
  note: string
  unit: string
}
/**
 * The emergency button: silent, before everything else (3.20).
 */
export interface RaiseDuress {
  do: 'raise-duress'
  unit: string
}
export interface AnswerDuress {
  clear?: boolean
  do: 'answer-duress'
  unit: string
}
/**
 * A stop or on-view incident in one line: opened, assigned and on scene (3.21).
 */
export interface SelfInitiate {
  do: 'self-initiate'
  incident_id: string
  location: Location
  narrative?: string
  type: string
  unit: string
}
/**
 * Accountability (PAR) of everyone at an incident (3.25).
 */
export interface StartRollCall {
  do: 'start-roll-call'
  incident_id: string
}
export interface AnswerRollCall {
  do: 'answer-roll-call'
  incident_id: string
  unit: string
}
/**
 * An attempt to alert a crew, or a station again (2.5, 3.11): one of `unit` and `station`.
 */
export interface SendAlert {
  alert_id: string
  channel?: ('app' | 'page' | 'radio' | 'sms' | 'station' | 'voice') | ''
  do: 'send-alert'
  incident_id: string
  station?: string
  to?: string
  unit?: string
}
/**
 * What became of an alert, of a `unit` or of a `station`. An acknowledgement also acknowledges the assignment.
 */
export interface ReportAlert {
  alert_id: string
  do: 'report-alert'
  incident_id: string
  note?: string
  outcome: 'acknowledged' | 'delivered' | 'failed'
  station?: string
  unit?: string
}
export interface GiveLateReason {
  do: 'give-late-reason'
  incident_id: string
  interval: 'acknowledge' | 'on-scene' | 'travel' | 'turnout'
  reason: string
  unit: string
}
export interface DisposeUnit {
  disposition: string
  do: 'dispose-unit'
  incident_id: string
  unit: string
}
/**
 * What a unit does at its incident, after it was sent (4.4): `attack`, `transport`; empty takes the task away.
 */
export interface ChangeRole {
  do: 'change-role'
  incident_id: string
  role: string
  unit: string
}
/**
 * What a unit did on an incident while the room worked on paper, whole and over. The unit itself is not touched.
 */
export interface EnterPaperAssignment {
  destination?: string | null
  disposition?: string
  do: 'enter-paper-assignment'
  incident_id: string
  role?: string
  times: {
    [k: string]: number
  }
  unit: string
}
/**
 * From the clock, when the due-time has come.
 */
export interface RingTimer {
  do: 'ring-timer'
  timer: string
}
export interface ResetTimers {
  by_s?: number | null
  do: 'reset-timers'
  timers: string[]
}
export interface CancelTimers {
  do: 'cancel-timers'
  reason?: string
  timers: string[]
}
/**
 * Put tables in force (7.7): live, audited; publish an earlier one to revert. New units come in off duty.
 */
export interface PublishCatalogue {
  catalogue: Catalogue
  do: 'publish-catalogue'
  note?: string
  over?: string
  reverts?: number
}
export interface CloseRoad {
  closure_id: string
  do: 'close-road'
  line: Place[]
  radius_m?: number
  reason: string
  slowdown?: number
  until?: number | null
}
export interface OpenRoad {
  closure_id: string
  do: 'open-road'
}
/**
 * A temporary area that overrides plans (2.2).
 */
export interface OpenZone {
  do: 'open-zone'
  name: string
  outline: Place[]
  plan_zone: string
  since?: number | null
  until?: number | null
  zone_id: string
}
export interface EndZone {
  do: 'end-zone'
  zone_id: string
}
export interface WritePremise {
  address: string
  do: 'write-premise'
  expires: number
  kind: 'access' | 'caution' | 'contact' | 'hazard' | 'plan'
  note_id: string
  place: Place
  radius_m?: number
  text: string
  was?: string | null
}
export interface RemovePremise {
  do: 'remove-premise'
  note_id: string
  reason: string
}
/**
 * Looked at and still true: a later expiry, and whoever says so is its owner (1.25).
 */
export interface RenewPremise {
  do: 'renew-premise'
  expires: number
  note_id: string
}
/**
 * A forced place has been followed up (1.9).
 */
export interface SettlePlace {
  do: 'settle-place'
  note?: string
  outcome: 'added' | 'misspelt' | 'nothing' | 'outside'
  place_id: string
}
export interface SetHospital {
  beds?: number | null
  diversion?: boolean
  do: 'set-hospital'
  hospital: string
  note?: string
}
export interface SetHydrant {
  do: 'set-hydrant'
  hydrant: string
  note?: string
  out_of_service: boolean
}
/**
 * A person takes a position, for one or more groups (1.17, 7.4).
 */
export interface SignOn {
  do: 'sign-on'
  position: Position
}
export interface SignOff {
  do: 'sign-off'
  position_id: string
}
/**
 * Combine or split areas among positions (7.17).
 */
export interface TakeGroups {
  do: 'take-groups'
  groups: string[]
  position_id: string
}
export interface SetExercise {
  do: 'set-exercise'
  on: boolean
}
/**
 * Written by the vault's broker before personal details are shown: who, of which incident or call, whose, why.
 */
export interface NoteDetailsOpened {
  call_id?: string
  call_record?: CallRecord | null
  do: 'note-details-opened'
  gone_calls?: CallRecord[]
  incident_id?: string
  person_id: string
  record?: Incident | null
  ref: string
}
/**
 * Of a call that has left the board: when it ended, which incident it concerned, who answered it, and the caller's
 *     card, which is a reference into the vault. A call that was not closed itself ended with its incident.
 */
export interface CallRecord {
  answered_by: string
  caller: PersonCard | null
  closed: number
  id: string
  incident: string
}
/**
 * Written by the files' broker before a file of an incident is shown or played: who, which one, why.
 */
export interface NoteFileOpened {
  do: 'note-file-opened'
  gone_calls?: CallRecord[]
  incident_id: string
  media_id: string
  record?: Incident | null
  ref: string
}
/**
 * Written by the transfers' broker: an agency's records system has everything up to an entry (9.3).
 */
export interface NoteTransfersTaken {
  agency: string
  do: 'note-transfers-taken'
  upto: number
}
/**
 * Written before an account or a token is changed: what, whose, and what it then may (7.1).
 */
export interface NoteAccess {
  act:
    | 'account-changed'
    | 'account-disabled'
    | 'account-enabled'
    | 'account-made'
    | 'administrator-set-up'
    | 'code-given'
    | 'device-revoked'
    | 'offline-code-answered'
    | 'offline-code-used'
    | 'offline-codes-made'
    | 'proof-key-made'
    | 'secret-set'
    | 'token-made'
    | 'token-withdrawn'
  agencies?: string[]
  do: 'note-access'
  positions?: string[]
  roles?: string[]
  scopes?: string[]
  subject: string
}
/**
 * How far the log of the door is, so that nobody can write it anew: the last line of each of its chains, and one
 *     hash over both (records/chained_lines.py).
 */
export interface NoteDoorLog {
  digest: string
  do: 'note-door-log'
  failures: number
  log: string
  others: number
}
/**
 * Roads, gazetteer, outlines and map of another version are in force (7.6). Given once they are loaded.
 */
export interface TakeGround {
  do: 'take-ground'
  note?: string
  version: string
}
/**
 * Plan who is on a unit, from when to when. Refused where the unit or a staff number is on another shift then.
 */
export interface ScheduleShift {
  begins: number
  by_itself?: boolean
  crew?: CrewMember[]
  do: 'schedule-shift'
  ends: number
  equipment?: string[]
  note?: string
  shift_id: string
  station?: string
  unit: string
  vehicle?: string
}
/**
 * Write a shift anew, whole. One that has begun can only end at another time: its crew is changed by `log-on`.
 */
export interface ChangeShift {
  begins: number
  by_itself?: boolean
  crew?: CrewMember[]
  do: 'change-shift'
  ends: number
  equipment?: string[]
  note?: string
  shift_id: string
  station?: string
  vehicle?: string
  was?: number | null
}
export interface CancelShift {
  do: 'cancel-shift'
  reason?: string
  shift_id: string
}
/**
 * Log the unit on as planned: crew, vehicle, equipment, station.
 */
export interface BeginShift {
  do: 'begin-shift'
  odometer_km?: number | null
  shift_id: string
}
/**
 * Ask that `who` may look at one matter's details or files until a moment. Another person has to approve it.
 */
export interface RequestReview {
  call_id?: string
  call_record?: CallRecord | null
  do: 'request-review'
  incident_id?: string
  kinds: ('details' | 'files')[]
  purpose: string
  record?: Incident | null
  review_id: string
  until: number
  who?: string
}
export interface ApproveReview {
  do: 'approve-review'
  review_id: string
}
/**
 * Refuse one that was asked for, or end one that was approved.
 */
export interface DeclineReview {
  do: 'decline-review'
  reason: string
  review_id: string
}
/**
 * Look at once at what one does not work on. A second person is told, and answers.
 */
export interface BreakGlass {
  call_id?: string
  call_record?: CallRecord | null
  do: 'break-glass'
  glass_id: string
  incident_id?: string
  reason: string
  record?: Incident | null
}
/**
 * A second person says whether breaking the glass was right. Not justified: it is shut at once.
 */
export interface AnswerGlass {
  do: 'answer-glass'
  finding: 'justified' | 'not-justified' | 'unclear'
  glass_id: string
  note?: string
}
/**
 * Nothing of this matter is erased until the hold is released: a complaint, a court, an inquiry.
 */
export interface PlaceHold {
  call_id?: string
  call_record?: CallRecord | null
  do: 'place-hold'
  hold_id: string
  incident_id?: string
  reason: string
  record?: Incident | null
}
export interface ReleaseHold {
  do: 'release-hold'
  hold_id: string
  reason: string
}
/**
 * Ask that the details and files of one matter that is over are erased now. Another person has to approve it.
 *
 *     With `person_id` only the details of that card; the rest stays.
 */
export interface AskErasure {
  call_id?: string
  call_record?: CallRecord | null
  do: 'ask-erasure'
  gone_calls?: CallRecord[]
  incident_id?: string
  merged?: string[]
  person_id?: string
  reason: string
  record?: Incident | null
  request_id: string
}
/**
 * By another person. What is erased is gone for everybody, at once and in every copy that is read by a key.
 */
export interface ApproveErasure {
  call_record?: CallRecord | null
  do: 'approve-erasure'
  gone_calls?: CallRecord[]
  merged?: string[]
  record?: Incident | null
  request_id: string
}
export interface DeclineErasure {
  do: 'decline-erasure'
  reason: string
  request_id: string
}
/**
 * The term of one matter is over. Only the program itself gives this.
 */
export interface EraseDetails {
  call_id?: string
  days: number
  do: 'erase-details'
  incident_id?: string
  merged?: string[]
  owners: string[]
  term: string
}
/**
 * Note the traffic authority's permission for these junctions. It arms none.
 */
export interface PermitSignals {
  authority: string
  do: 'permit-signals'
  hours?: GivenHours[]
  junctions: string[]
  permit_id: string
}
export interface GivenHours {
  days: ('fri' | 'mon' | 'sat' | 'sun' | 'thu' | 'tue' | 'wed')[]
  from_minute: number
  to_minute: number
}
/**
 * The permission is over; what was armed under it is not any more.
 */
export interface WithdrawSignals {
  do: 'withdraw-signals'
  permit_id: string
  reason?: string
}
/**
 * These controllers may be written to until then; again to renew it. No junctions: all of the permission.
 */
export interface ArmSignals {
  do: 'arm-signals'
  junctions?: string[]
  permit_id: string
  until: number
}
/**
 * No junctions: all of the permission.
 */
export interface DisarmSignals {
  do: 'disarm-signals'
  junctions?: string[]
  permit_id: string
  reason?: string
}
/**
 * Green ahead of a unit on its way, from now on until it arrives. Level 0: by the incident's priority.
 */
export interface OpenCorridor {
  corridor_id: string
  do: 'open-corridor'
  level?: number
  unit: string
}
export interface CancelCorridor {
  corridor_id: string
  do: 'cancel-corridor'
  reason?: string
}
/**
 * Ask these for green. Only the program gives this, before anything is written to a controller.
 */
export interface AskJunctions {
  asks: JunctionAsk[]
  corridor_id: string
  do: 'ask-junctions'
}
export interface JunctionAsk {
  also: string[]
  arrives_in_ms: number
  group: string
  junction: string
  name: CrossingName
  place: Place
}
/**
 * What the controllers answered, and what was given back. Only the program gives this.
 */
export interface NoteJunctions {
  corridor_id: string
  do: 'note-junctions'
  notes: JunctionNote[]
}
export interface JunctionNote {
  junction: string
  reason: string
  state: 'asked' | 'granted' | 'lost' | 'refused' | 'released' | 'waiting'
}
/**
 * Everything is given back. Only the program gives this.
 */
export interface EndCorridor {
  corridor_id: string
  do: 'end-corridor'
  outcome: 'arrived' | 'cancelled' | 'cleared' | 'lost' | 'no-signals' | 'no-way'
}
/**
 * Propose a set of plans that was simulated. What its simulations found is filled in by the server.
 */
export interface ProposePlans {
  after?: string
  digest?: string
  district: string
  do: 'propose-plans'
  is_taken?: boolean
  not_run?: PlanOfJunction | null
  note?: string
  over?: string
  proposal_id: string
  runs?: SimulatedRun[]
  simulations: string[]
  state?: string
}
export interface PlanOfJunction {
  junction: string
  plan: string
}
/**
 * Put them in force, as somebody else than who proposed them. No controller is written to.
 */
export interface ReleasePlans {
  after?: string
  digest: string
  do: 'release-plans'
  proposal_id: string
  reason?: string
  simulations: string[]
  state?: string
}
/**
 * `digest` and `simulations`: of the proposal that was looked at.
 */
export interface RefusePlans {
  digest: string
  do: 'refuse-plans'
  proposal_id: string
  reason?: string
  simulations: string[]
}
/**
 * By who proposed them.
 */
export interface WithdrawPlans {
  do: 'withdraw-plans'
  proposal_id: string
  reason?: string
}
