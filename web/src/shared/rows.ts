// Made by `npm run rows` from src/turnout/core. Do not edit: change the struct and make it again.

export interface Rows {
  board: Board
  command:
    | TakeCall
    | AnswerCall
    | RefreshCallerPlace
    | AttachCall
    | HandOverCall
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
    | StrikeEntry
    | SetPatient
    | LinkMedia
    | SetSecondaryPlace
    | AnswerTriage
    | AddAgency
    | SplitIncident
    | LinkIncidents
    | MergeIncidents
    | CloneIncident
    | SetAlarmLevel
    | PreAlert
    | DisposeAgency
    | CloseIncident
    | CancelIncident
    | ReopenIncident
    | AddAddendum
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
    | SetHospital
    | SetHydrant
    | SignOn
    | SignOff
    | TakeGroups
    | SetExercise
    | NoteDetailsOpened
}
/**
 * All of it. `seq` is the sequence of the last event applied.
 */
export interface Board {
  seq: number
  at: number
  catalogue: Catalogue | null
  calls: {
    [k: string]: Call
  }
  incidents: {
    [k: string]: Incident
  }
  units: {
    [k: string]: Unit
  }
  timers: {
    [k: string]: Timer
  }
  premises: {
    [k: string]: PremiseNote
  }
  closures: {
    [k: string]: Closure
  }
  special_zones: {
    [k: string]: SpecialZone
  }
  hospitals: {
    [k: string]: HospitalState
  }
  hydrants: {
    [k: string]: HydrantState
  }
  positions: {
    [k: string]: Position
  }
  supplements: {
    [k: string]: SupplementalRequest
  }
  tags: {
    [k: string]: string
  }
  series: {
    [k: string]: number
  }
  exercise: boolean
}
/**
 * All tables of one city. `version` is the hash of its content, by which the console knows that it changed.
 */
export interface Catalogue {
  city: string
  name: Name
  time_zone: string
  utc_offset_min: number
  version: string
  agencies: {
    [k: string]: Agency
  }
  stations: {
    [k: string]: Station
  }
  unit_kinds: {
    [k: string]: UnitKind
  }
  units: {
    [k: string]: UnitEntry
  }
  capabilities: {
    [k: string]: Name
  }
  types: {
    [k: string]: IncidentType
  }
  plans: ResponsePlan[]
  zones: {
    [k: string]: Zone
  }
  statuses: StatusCode[]
  dispositions: {
    [k: string]: Disposition
  }
  reasons: {
    [k: string]: Reason
  }
  standards: TimeStandard[]
  hospitals: {
    [k: string]: Hospital
  }
  hydrants: {
    [k: string]: Hydrant
  }
  roles: {
    [k: string]: Role
  }
  groups: {
    [k: string]: Group
  }
  info: {
    [k: string]: InfoFile
  }
}
/**
 * What something is called, in English and in Chinese.
 */
export interface Name {
  en: string
  zh: string
}
/**
 * Who answers. `series` makes its incident numbers: `F{yy}{n:06}` gives `F26000123` (yy = UTC year of opening).
 */
export interface Agency {
  id: string
  name: Name
  discipline: 'ems' | 'fire' | 'police' | 'services'
  series: string
  neighbour: boolean
}
export interface Station {
  id: string
  name: Name
  agency: string
  place: Place
  address: string
  keep_available: {
    [k: string]: number
  }
}
/**
 * A point: latitude and longitude in degrees, WGS 84.
 */
export interface Place {
  lat: number
  lon: number
}
/**
 * What sort of unit it is: engine, truck, ambulance, patrol car. `turnout_s` is its standard turnout time.
 */
export interface UnitKind {
  code: string
  name: Name
  discipline: 'ems' | 'fire' | 'police' | 'services'
  capabilities: string[]
  crew_min: number
  turnout_s: number
  rank: number
  transports: boolean
}
export interface UnitEntry {
  id: string
  kind: string
  agency: string
  station: string
  capabilities: string[]
  crew_shared_with: string[]
  aliases: string[]
}
export interface IncidentType {
  code: string
  name: Name
  agencies: string[]
  priority: number
  aliases: string[]
  subtypes: string[]
  advise_only: boolean
  decision_first: boolean
  scene_arrival_required: boolean
  duplicate_radius_m: number
  duplicate_window_s: number
  look_back_days: number
  close_requires: string[]
  questions: Question[]
}
/**
 * One scripted triage question (2.3). An answer may set the determinant, the priority and the next question.
 */
export interface Question {
  code: string
  text: Name
  answers: TriageAnswer[]
}
export interface TriageAnswer {
  code: string
  text: Name
  determinant: string
  priority: number
  type: string
  next: string
}
/**
 * A run card (2.8). Empty `types`, `zones` or `hours` mean any. Levels add up: level 2 sends 1's needs and its own.
 *
 *     Of the plans that fit, the most particular wins: zone before type before hours, then the order of the file.
 */
export interface ResponsePlan {
  id: string
  name: Name
  agency: string
  types: string[]
  zones: string[]
  hours: DayHours[]
  alarm_level: number
  needs: Need[]
  mutual_aid: string[]
  order_kind: 'rotation' | 'soonest'
  max_travel_s: number
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
 * An area that selects a plan or an agency. The outline lives in the city folder, not here.
 */
export interface Zone {
  id: string
  name: Name
  kind: 'beat' | 'first-due' | 'neighbourhood' | 'special'
  agency: string | null
  station: string | null
  group: string
}
/**
 * An agency's own status and the common stage it stands for (APCO ANS 1.116), with its short forms.
 */
export interface StatusCode {
  code: string
  name: Name
  stage: string
  agency: string | null
  aliases: string[]
}
export interface Disposition {
  code: string
  name: Name
  agencies: string[]
  aliases: string[]
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
 * How long an interval may take (NFPA 1710 names), per agency and priority; `warn_s` before it is overdue.
 */
export interface TimeStandard {
  interval: 'acknowledge' | 'callback' | 'on-scene' | 'pending' | 'processing' | 'roll-call' | 'travel' | 'turnout'
  limit_s: number
  agency: string | null
  priority: number
}
export interface Hospital {
  id: string
  name: Name
  place: Place
  address: string
  aliases: string[]
}
export interface Hydrant {
  id: string
  place: Place
}
/**
 * What an account may do (7.5): commands, or groups `calls`, `dispatch`, `field`, `tables`, `read`, `*`.
 */
export interface Role {
  code: string
  name: Name
  may: string[]
}
/**
 * A dispatch group: which agencies and zones it answers for (1.17, 7.17).
 */
export interface Group {
  id: string
  name: Name
  agencies: string[]
}
/**
 * A procedure or contact list, recalled by a short name from the command line (7.19).
 */
export interface InfoFile {
  short: string
  title: Name
  text: Name
}
/**
 * One contact from outside. Many calls may concern one incident.
 */
export interface Call {
  id: string
  channel: 'alarm' | 'app' | 'field' | 'officer' | 'phone' | 'sensor' | 'text' | 'web'
  received: number
  status: 'answered' | 'attached' | 'callback' | 'closed' | 'waiting'
  text: string
  location: Location | null
  fixes: PlaceFix[]
  caller: PersonCard | null
  suggested_type: string
  source: string
  answered: number | null
  answered_by: string | null
  handed_to: string
  incident: string | null
  abandoned: boolean
  callbacks: Callback[]
  closed: number | null
  outcome: string
}
/**
 * Where: as a person reads it, and on the ground. The edge fills in zones and crossing.
 */
export interface Location {
  text: string
  place: Place | null
  kind: 'address' | 'block' | 'common_place' | 'coordinate' | 'crossing' | 'forced' | 'street'
  verified: boolean
  zones: {
    [k: string]: string
  }
  crossing: string
  neighbourhood: string
  floor: string
  detail: string
}
/**
 * A caller's place as it was found at a moment (1.23).
 */
export interface PlaceFix {
  at: number
  place: Place
  uncertainty_m: number | null
  source: string
}
/**
 * A person in this incident: a reference into the vault and a hash, never the details (1.11, charter 6).
 */
export interface PersonCard {
  id: string
  role: 'caller' | 'contact' | 'involved' | 'missing' | 'patient' | 'witness'
  ref: string
  digest: string
  removed: boolean
}
export interface Callback {
  at: number
  by: string
  outcome: 'busy' | 'no-answer' | 'reached' | 'voicemail' | 'wrong-number'
  note: string
}
export interface Incident {
  id: string
  tag: string
  numbers: {
    [k: string]: string
  }
  opened: number
  opened_by: string
  position: string
  status: 'active' | 'closed' | 'held' | 'pending' | 'scheduled'
  status_since: number
  type: string
  subtype: string
  priority: number
  priority_overridden: boolean
  alarm_level: number
  agencies: string[]
  location: Location
  floor_plan: string
  fields: {
    [k: string]: string
  }
  changes: {
    [k: string]: FieldChange
  }
  calls: string[]
  narrative: NarrativeLine[]
  persons: PersonCard[]
  vehicles: InvolvedVehicle[]
  items: PropertyItem[]
  patients: Patient[]
  media: Media[]
  places: SecondaryPlace[]
  links: Link[]
  assignments: Assignment[]
  dispatches: Dispatch[]
  group: string
  claimed_by: string | null
  activate_at: number | null
  dispositions: {
    [k: string]: string
  }
  closed: number | null
  close_reason: string
  reopened: number
  triage: {
    [k: string]: string
  }
  roll_call: RollCall | null
  pre_alerted: string[]
  last_change: number
  exercise: boolean
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
 * One line of the append-only narrative. A wrong one is struck, never removed (4.25).
 */
export interface NarrativeLine {
  id: string
  at: number
  by: string
  position: string
  text: string
  kind: 'addendum' | 'caller' | 'crew' | 'note' | 'system'
  struck: number | null
  struck_by: string | null
  struck_reason: string
}
export interface InvolvedVehicle {
  id: string
  description: string
  role: string
  struck_reason: string
}
export interface PropertyItem {
  id: string
  description: string
  quantity: number
  struck_reason: string
}
/**
 * A patient by number on scene: triage and destination; details, where known, are behind `card` in the vault.
 */
export interface Patient {
  id: string
  triage: '' | 'black' | 'green' | 'red' | 'yellow'
  destination: string | null
  unit: string | null
  card: string | null
}
/**
 * A recording or file linked to the incident by reference (4.15).
 */
export interface Media {
  id: string
  kind: 'call-audio' | 'document' | 'photo' | 'plan' | 'radio-audio' | 'video'
  ref: string
  at: number
  note: string
}
/**
 * Staging, command post, or a destination of the incident (4.12, 4.18).
 */
export interface SecondaryPlace {
  id: string
  role: 'command-post' | 'destination' | 'landing' | 'other' | 'staging'
  location: Location
  removed: boolean
}
export interface Link {
  kind: 'child' | 'cloned-from' | 'cloned-to' | 'merged-from' | 'merged-into' | 'parent' | 'related'
  incident: string
}
/**
 * This unit to this incident, with its times. A unit sent twice has two.
 */
export interface Assignment {
  unit: string
  role: string
  by: string
  times: {
    [k: string]: number
  }
  odometer_km: {
    [k: string]: number
  }
  destination: string | null
  ended_as: '' | 'cancelled' | 'cleared' | 'exchanged' | 'preempted' | 'relieved'
  disposition: string
  late_reasons: {
    [k: string]: string
  }
  alerts: Alert[]
  travel_time_s: number | null
}
/**
 * One attempt to alert a crew or a station, and what came of it (2.5, 3.11, 3.12).
 */
export interface Alert {
  id: string
  channel: 'app' | 'page' | 'radio' | 'sms' | 'station' | 'voice'
  to: string
  sent: number
  delivered: number | null
  acknowledged: number | null
  failed: string
}
/**
 * One choice of a dispatcher: what was sent, what had been offered, why it differs.
 */
export interface Dispatch {
  at: number
  by: string
  units: string[]
  offer: Offer | null
  reason: string
}
/**
 * What had been offered when the dispatcher chose (2.7, 3.15, 4.3).
 */
export interface Offer {
  at: number
  plan: string
  proposed: OfferedUnit[]
  bypassed: OfferedUnit[]
  shortfalls: string[]
}
/**
 * One line of a recommendation, as it was shown. `why` is coded so that it reads in both languages.
 */
export interface OfferedUnit {
  unit: string
  travel_time_s: number
  role: string
  why: string[]
  bypassed: string
}
/**
 * Accountability roll-call (PAR): who was asked, who has answered when (3.25).
 */
export interface RollCall {
  started: number
  asked: string[]
  answered: {
    [k: string]: number
  }
}
export interface Unit {
  id: string
  kind: string
  agency: string
  home: string
  station: string
  status: OffDuty | OutOfService | Available | OnIncident
  since: number
  capabilities: string[]
  crew: CrewMember[]
  staffed: boolean
  vehicle: string
  equipment: string[]
  stack: string[]
  duress: number | null
  duress_acknowledged_by: string | null
  last_dispatched: number | null
  dispatches: number
  free: boolean
  odometer_km: number | null
  note: string
  last_incident: string | null
}
/**
 * Nobody is on it. Never recommended.
 */
export interface OffDuty {
  stage: 'off-duty'
}
export interface OutOfService {
  stage: 'out-of-service'
  reason: string
}
export interface Available {
  stage: 'available'
  in_quarters: boolean
  moving_to: string | null
  code: string
}
export interface OnIncident {
  stage: 'on-incident'
  incident: string
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
  destination: string | null
  code: string
}
/**
 * Staff of the agency, by staff number: their own work, never the public.
 */
export interface CrewMember {
  staff: string
  name: string
  skills: string[]
}
/**
 * A due-time on the board. The clock adapter submits `RingTimer` when it comes; a rung one stays until answered.
 */
export interface Timer {
  id: string
  kind:
    | 'acknowledge'
    | 'archive'
    | 'callback'
    | 'on-scene'
    | 'pending'
    | 'rest'
    | 'review'
    | 'roll-call'
    | 'scheduled'
    | 'travel'
    | 'turnout'
    | 'zone-ends'
  due: number
  started: number
  incident: string | null
  unit: string | null
  call: string | null
  subject: string
  rung: number | null
  group: string
}
/**
 * A hazard, contact, plan or caution of a *place*, never of a person; has owner and expiry (1.13, 1.25).
 */
export interface PremiseNote {
  id: string
  kind: 'access' | 'caution' | 'contact' | 'hazard' | 'plan'
  place: Place
  radius_m: number
  address: string
  text: string
  owner: string
  expires: number
  overdue: boolean
}
/**
 * A street closed or slowed; changes the next travel time (2.10, 9.11).
 */
export interface Closure {
  id: string
  line: Place[]
  radius_m: number
  slowdown: number
  reason: string
  since: number
  until: number | null
  by: string
}
/**
 * A temporary area that overrides plans (2.2). Outline in WGS 84.
 */
export interface SpecialZone {
  id: string
  name: string
  outline: Place[]
  plan_zone: string
  since: number
  until: number | null
  by: string
}
/**
 * Diversion and beds as last told (4.13).
 */
export interface HospitalState {
  id: string
  diversion: boolean
  beds: number | null
  note: string
  at: number
}
export interface HydrantState {
  id: string
  out_of_service: boolean
  note: string
  at: number
}
/**
 * A working position that somebody has signed on to, and the groups that it answers for (1.17, 7.4).
 */
export interface Position {
  id: string
  actor: string
  roles: string[]
  groups: string[]
  since: number
}
/**
 * Something other than a unit that an incident needs, and how far it is (4.5).
 */
export interface SupplementalRequest {
  id: string
  incident: string
  kind: string
  text: string
  asked: number
  state: 'accepted' | 'arrived' | 'asked' | 'done' | 'on-the-way' | 'refused'
  who: string
  changed: number
}
/**
 * A call has come in (any channel). Answered at once when `answered` is set.
 */
export interface TakeCall {
  do: 'take-call'
  call_id: string
  channel: 'alarm' | 'app' | 'field' | 'officer' | 'phone' | 'sensor' | 'text' | 'web'
  received?: number | null
  text?: string
  location?: Location | null
  caller?: PersonCard | null
  suggested_type?: string
  source?: string
  answered?: boolean
}
export interface AnswerCall {
  do: 'answer-call'
  call_id: string
}
export interface RefreshCallerPlace {
  do: 'refresh-caller-place'
  call_id: string
  place: Place
  uncertainty_m?: number | null
  source: string
}
/**
 * This call concerns an incident that is already running (1.6).
 */
export interface AttachCall {
  do: 'attach-call'
  call_id: string
  incident_id: string
}
/**
 * To another position or agency, with all its data (1.24).
 */
export interface HandOverCall {
  do: 'hand-over-call'
  call_id: string
  to: string
}
/**
 * The caller hung up or said nothing: it goes on the call-back list until closed (1.20).
 */
export interface AbandonCall {
  do: 'abandon-call'
  call_id: string
  silent?: boolean
}
export interface NoteCallback {
  do: 'note-callback'
  call_id: string
  outcome: 'busy' | 'no-answer' | 'reached' | 'voicemail' | 'wrong-number'
  note?: string
}
export interface CloseCall {
  do: 'close-call'
  call_id: string
  outcome: string
}
/**
 * Type and place are enough (1.14). Everything else can follow.
 */
export interface OpenIncident {
  do: 'open-incident'
  incident_id: string
  type: string
  location: Location
  subtype?: string
  priority?: number | null
  priority_reason?: string
  call_id?: string
  narrative?: string
  agencies?: string[]
  activate_at?: number | null
  hold?: boolean
  not_duplicate_of?: string[]
  group?: string
  back_entry?: number | null
}
/**
 * Set one field. `was` is what the person saw: if it has changed meanwhile, the change is refused with both (4.7).
 *
 *     `field`: `subtype`, `priority`, `group`, `floor_plan`, `exercise`, or `fields.<name>`.
 */
export interface ChangeIncident {
  do: 'change-incident'
  incident_id: string
  field: string
  was: string | number | boolean | null
  becomes: string | number | boolean | null
  reason?: string
}
/**
 * A new type; its default priority comes with it unless it had been overridden.
 */
export interface Retype {
  do: 'retype'
  incident_id: string
  was: string
  type: string
  subtype?: string
}
export interface Relocate {
  do: 'relocate'
  incident_id: string
  was: string
  location: Location
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
  incident_id: string
  group: string
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
  incident_id: string
  entry_id: string
  text: string
  kind?: 'addendum' | 'caller' | 'crew' | 'note' | 'system'
}
export interface StrikeNarrative {
  do: 'strike-narrative'
  incident_id: string
  entry_id: string
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
  do: 'add-vehicle'
  incident_id: string
  vehicle_id: string
  description: string
  role?: string
}
export interface AddItem {
  do: 'add-item'
  incident_id: string
  item_id: string
  description: string
  quantity?: number
}
/**
 * Strike a vehicle or an item, by its identity.
 */
export interface StrikeEntry {
  do: 'strike-entry'
  incident_id: string
  entry_id: string
  reason: string
}
/**
 * Add or update a patient by number on scene (4.14).
 */
export interface SetPatient {
  do: 'set-patient'
  incident_id: string
  patient_id: string
  triage?: '' | 'black' | 'green' | 'red' | 'yellow'
  destination?: string | null
  unit?: string | null
  card?: string | null
}
export interface LinkMedia {
  do: 'link-media'
  incident_id: string
  media_id: string
  kind: 'call-audio' | 'document' | 'photo' | 'plan' | 'radio-audio' | 'video'
  ref: string
  at?: number | null
  note?: string
}
export interface SetSecondaryPlace {
  do: 'set-secondary-place'
  incident_id: string
  place_id: string
  role: 'command-post' | 'destination' | 'landing' | 'other' | 'staging'
  location: Location
  remove?: boolean
}
/**
 * One answer to a scripted question (2.3).
 */
export interface AnswerTriage {
  do: 'answer-triage'
  incident_id: string
  question: string
  answer: string
}
/**
 * Fire or medical to a police incident, and so on (4.19); it gets its own number.
 */
export interface AddAgency {
  do: 'add-agency'
  incident_id: string
  agency: string
}
/**
 * A linked child for a discipline (1.22), with the same place and calls.
 */
export interface SplitIncident {
  do: 'split-incident'
  incident_id: string
  child_id: string
  type: string
  agencies?: string[]
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
  do: 'clone-incident'
  incident_id: string
  clone_id: string
}
/**
 * Up or down; levels are additive (2.9).
 */
export interface SetAlarmLevel {
  do: 'set-alarm-level'
  incident_id: string
  was: number
  level: number
  reason?: string
}
/**
 * Tell a station or unit before call-taking ends (3.12).
 */
export interface PreAlert {
  do: 'pre-alert'
  incident_id: string
  to: string[]
}
/**
 * An agency's disposition; the incident closes when all have theirs (6.2).
 */
export interface DisposeAgency {
  do: 'dispose-agency'
  incident_id: string
  agency: string
  disposition: string
}
/**
 * One disposition for every agency that has none yet (6.1). `override` where a guard would refuse; logged.
 */
export interface CloseIncident {
  do: 'close-incident'
  incident_id: string
  disposition: string
  note?: string
  override?: string
}
/**
 * Before or after dispatch: units are freed (6.4).
 */
export interface CancelIncident {
  do: 'cancel-incident'
  incident_id: string
  reason: string
  note?: string
}
/**
 * With its full history (4.11). `record` is filled in by the desk when it had left the board.
 */
export interface ReopenIncident {
  do: 'reopen-incident'
  incident_id: string
  reason: string
  record?: Incident | null
}
/**
 * To a closed incident (6.5).
 */
export interface AddAddendum {
  do: 'add-addendum'
  incident_id: string
  entry_id: string
  text: string
  record?: Incident | null
}
/**
 * A tow, a utility, an interpreter (4.5).
 */
export interface RequestSupplement {
  do: 'request-supplement'
  incident_id: string
  supplement_id: string
  kind: string
  text?: string
}
export interface UpdateSupplement {
  do: 'update-supplement'
  supplement_id: string
  state: 'accepted' | 'arrived' | 'asked' | 'done' | 'on-the-way' | 'refused'
  who?: string
}
/**
 * One act: assign, update boards, start timers, log, stamp (2.4). All of them or none.
 *
 *     A unit on another incident is refused with who sent it, where and when, unless `preempt` names the reason; the first
 *     incident then goes back to the queue (2.14). What had been offered is kept beside what was chosen (2.7).
 */
export interface AssignUnits {
  do: 'assign-units'
  incident_id: string
  units: string[]
  roles?: {
    [k: string]: string
  }
  offer?: Offer | null
  reason?: string
  preempt?: string
  override?: string
  back_entry?: number | null
}
/**
 * A unit's status: a stage, or the agency's own code that stands for one (3.3).
 */
export interface ReportStatus {
  do: 'report-status'
  unit: string
  status: string
  incident_id?: string
  destination?: string | null
  odometer_km?: number | null
  happened?: number | null
  override?: string
}
/**
 * Done with the incident: available again, with a disposition where the agency wants one (3.8).
 */
export interface ClearUnits {
  do: 'clear-units'
  units: string[]
  incident_id?: string
  disposition?: string
  override?: string
}
/**
 * Free differs from clear: it still belongs to its incident, but may be sent elsewhere (3.22).
 */
export interface FreeUnits {
  do: 'free-units'
  units: string[]
  undo?: boolean
}
/**
 * Take a unit off its incident for another; the first goes back to the queue or onto its stack (2.14).
 */
export interface PreemptUnit {
  do: 'preempt-unit'
  unit: string
  to_incident: string
  reason: string
  stack_first?: boolean
}
/**
 * `by` takes over at the incident; `unit` is cleared.
 */
export interface RelieveUnit {
  do: 'relieve-unit'
  unit: string
  by: string
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
 * Hold an incident for a unit (2.13).
 */
export interface StackIncident {
  do: 'stack-incident'
  unit: string
  incident_id: string
  first?: boolean
  remove?: boolean
}
/**
 * Crew, vehicle, equipment, skills at the start of a shift (3.4, 3.18).
 */
export interface LogOn {
  do: 'log-on'
  unit: string
  crew?: CrewMember[]
  vehicle?: string
  equipment?: string[]
  station?: string
  odometer_km?: number | null
}
export interface LogOff {
  do: 'log-off'
  units: string[]
}
export interface TakeOutOfService {
  do: 'take-out-of-service'
  units: string[]
  reason: string
  note?: string
}
export interface ReturnToService {
  do: 'return-to-service'
  units: string[]
}
export interface ChangeVehicle {
  do: 'change-vehicle'
  unit: string
  vehicle: string
  odometer_km?: number | null
}
/**
 * Fill in at another station (2.6); `station` its own brings it home.
 */
export interface MoveUp {
  do: 'move-up'
  unit: string
  station: string
  reason?: string
}
export interface NoteUnit {
  do: 'note-unit'
  unit: string
  note: string
}
/**
 * The emergency button: silent, before everything else (3.20).
 */
export interface RaiseDuress {
  do: 'raise-duress'
  unit: string
}
export interface AnswerDuress {
  do: 'answer-duress'
  unit: string
  clear?: boolean
}
/**
 * A stop or on-view incident in one line: opened, assigned and on scene (3.21).
 */
export interface SelfInitiate {
  do: 'self-initiate'
  incident_id: string
  unit: string
  type: string
  location: Location
  narrative?: string
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
 * An attempt to alert a crew or its station (2.5).
 */
export interface SendAlert {
  do: 'send-alert'
  incident_id: string
  unit: string
  alert_id: string
  channel: 'app' | 'page' | 'radio' | 'sms' | 'station' | 'voice'
  to: string
}
/**
 * What became of an alert. An acknowledgement also acknowledges the assignment.
 */
export interface ReportAlert {
  do: 'report-alert'
  incident_id: string
  unit: string
  alert_id: string
  outcome: 'acknowledged' | 'delivered' | 'failed'
  note?: string
}
export interface GiveLateReason {
  do: 'give-late-reason'
  incident_id: string
  unit: string
  interval: 'acknowledge' | 'on-scene' | 'travel' | 'turnout'
  reason: string
}
export interface DisposeUnit {
  do: 'dispose-unit'
  incident_id: string
  unit: string
  disposition: string
}
/**
 * From the clock, when the due-time has come.
 */
export interface RingTimer {
  do: 'ring-timer'
  timer: string
}
export interface ResetTimers {
  do: 'reset-timers'
  timers: string[]
  by_s?: number | null
}
export interface CancelTimers {
  do: 'cancel-timers'
  timers: string[]
  reason?: string
}
/**
 * Put tables in force (7.7): live, audited; publish an earlier one to revert. New units come in off duty.
 */
export interface PublishCatalogue {
  do: 'publish-catalogue'
  catalogue: Catalogue
  note?: string
}
export interface CloseRoad {
  do: 'close-road'
  closure_id: string
  line: Place[]
  radius_m?: number
  slowdown?: number
  reason: string
  until?: number | null
}
export interface OpenRoad {
  do: 'open-road'
  closure_id: string
}
/**
 * A temporary area that overrides plans (2.2).
 */
export interface OpenZone {
  do: 'open-zone'
  zone_id: string
  name: string
  outline: Place[]
  plan_zone: string
  until?: number | null
}
export interface EndZone {
  do: 'end-zone'
  zone_id: string
}
export interface WritePremise {
  do: 'write-premise'
  note_id: string
  kind: 'access' | 'caution' | 'contact' | 'hazard' | 'plan'
  place: Place
  radius_m?: number
  address: string
  text: string
  expires: number
}
export interface RemovePremise {
  do: 'remove-premise'
  note_id: string
  reason: string
}
export interface SetHospital {
  do: 'set-hospital'
  hospital: string
  diversion?: boolean
  beds?: number | null
  note?: string
}
export interface SetHydrant {
  do: 'set-hydrant'
  hydrant: string
  out_of_service: boolean
  note?: string
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
  position_id: string
  groups: string[]
}
export interface SetExercise {
  do: 'set-exercise'
  on: boolean
}
/**
 * Written by the vault's broker before personal details are shown: who, which incident, which card, why.
 */
export interface NoteDetailsOpened {
  do: 'note-details-opened'
  incident_id: string
  person_id: string
  ref: string
}
