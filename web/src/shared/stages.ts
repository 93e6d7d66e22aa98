/** Reading rows: what stage a unit is at, how a queue is ordered, which clock is next. Pure; decides nothing. */
import type { Assignment, Call, Incident, Timer, Unit } from './rows'

/** The sign by which a stage is drawn, in tables and on the map alike: each has its own shape. */
export type Sign =
  'free' | 'out' | 'alerted' | 'moving' | 'staged' | 'scene' | 'transport' | 'hospital' | 'clearing' | 'stopped' | 'off'

export function stageOf(unit: Unit): string {
  return unit.status.stage === 'on-incident' ? unit.status.at : unit.status.stage
}

export function signOf(unit: Unit): Sign {
  const stage = stageOf(unit)
  if (unit.status.stage === 'available') return unit.status.in_quarters ? 'free' : 'out'
  return signOfStage(stage)
}

export function signOfStage(stage: string): Sign {
  switch (stage) {
    case 'dispatched':
    case 'acknowledged':
      return 'alerted'
    case 'enroute':
      return 'moving'
    case 'staged':
      return 'staged'
    case 'on-scene':
    case 'at-patient':
      return 'scene'
    case 'transporting':
      return 'transport'
    case 'at-destination':
      return 'hospital'
    case 'clearing':
      return 'clearing'
    case 'available':
      return 'free'
    case 'out-of-service':
      return 'stopped'
    default:
      return 'off'
  }
}

/** Where a unit stands in a list by status: what is working comes first. */
const SIGN_ORDER: Record<Sign, number> = {
  alerted: 0,
  moving: 1,
  staged: 2,
  scene: 3,
  transport: 4,
  hospital: 5,
  clearing: 6,
  out: 7,
  free: 8,
  stopped: 9,
  off: 10,
}

export function signOrder(sign: Sign): number {
  return SIGN_ORDER[sign]
}

export function incidentOf(unit: Unit): string | null {
  return unit.status.stage === 'on-incident' ? unit.status.incident : null
}

export function isFree(unit: Unit): boolean {
  return unit.status.stage === 'available' || unit.free
}

export function isWorking(assignment: Assignment): boolean {
  return !('ended' in assignment.times)
}

export function workingUnits(incident: Incident): Assignment[] {
  return incident.assignments.filter(isWorking)
}

export function isOpen(incident: Incident): boolean {
  return incident.status !== 'closed'
}

const STATUS_ORDER: Record<Incident['status'], number> = { pending: 0, held: 1, active: 2, scheduled: 3, closed: 4 }

/** The queue: what waits for a unit first, then by priority, then by age (2.12). Closed ones last. */
export function inQueueOrder(a: Incident, b: Incident): number {
  const status = Math.min(STATUS_ORDER[a.status], 3) - Math.min(STATUS_ORDER[b.status], 3)
  const closed = Number(a.status === 'closed') - Number(b.status === 'closed')
  if (closed) return closed
  const waits = Number(b.status === 'pending') - Number(a.status === 'pending')
  return waits || a.priority - b.priority || status || a.opened - b.opened || (a.id < b.id ? -1 : 1)
}

/** The next clock of an incident that somebody must watch. `archive` is housekeeping. */
export function nextTimer(timers: readonly Timer[]): Timer | undefined {
  return timers.filter((timer) => timer.kind !== 'archive' && timer.kind !== 'rest').sort((a, b) => a.due - b.due)[0]
}

export type Pressing = 'calm' | 'soon' | 'over'

/** How pressing a clock is: over, in its last third (at most two minutes), or calm. */
export function pressing(timer: Timer, now: number): Pressing {
  const left = timer.due - now
  if (left <= 0 || timer.rung !== null) return 'over'
  const whole = timer.due - timer.started
  return left < Math.min(120_000, whole / 3) ? 'soon' : 'calm'
}

export function waitingCalls(calls: Record<string, Call>): Call[] {
  return Object.values(calls)
    .filter((call) => call.status === 'waiting' && !call.abandoned)
    .sort((a, b) => a.received - b.received)
}

export function answeredCalls(calls: Record<string, Call>): Call[] {
  return Object.values(calls)
    .filter((call) => call.status === 'answered')
    .sort((a, b) => a.received - b.received)
}

export function callBacks(calls: Record<string, Call>): Call[] {
  return Object.values(calls)
    .filter((call) => call.status === 'callback' || (call.abandoned && call.status !== 'closed' && call.status !== 'attached'))
    .sort((a, b) => a.received - b.received)
}

export function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
