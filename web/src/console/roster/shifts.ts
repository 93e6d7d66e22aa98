/** Shifts as they are listed and edited. Pure; whether one may be planned is the server's business. */
import type { CrewMember, Shift } from '../../shared/rows'
import { compareNames } from '../../shared/stages'

/** The next shift of each unit that has not begun: the one that may be begun, if the server agrees. */
export function nextOfEach(shifts: readonly Shift[]): Set<string> {
  const next = new Map<string, Shift>()
  for (const shift of shifts) {
    const known = next.get(shift.unit)
    if (shift.began === null && (!known || shift.begins < known.begins)) next.set(shift.unit, shift)
  }
  return new Set([...next.values()].map((shift) => shift.id))
}

export interface ShiftDay {
  day: string
  shifts: Shift[]
}

export function shiftsOf(shifts: Record<string, Shift>, unit: string): Shift[] {
  return Object.values(shifts)
    .filter((shift) => shift.unit === unit)
    .sort((a, b) => a.begins - b.begins)
}

export function byDay(shifts: readonly Shift[], dayOf: (at: number) => string): ShiftDay[] {
  const found = new Map<string, Shift[]>()
  const sorted = [...shifts].sort((a, b) => a.begins - b.begins || compareNames(a.unit, b.unit))
  for (const shift of sorted) {
    const day = dayOf(shift.begins)
    const list = found.get(day)
    if (list) list.push(shift)
    else found.set(day, [shift])
  }
  return [...found].map(([day, list]) => ({ day, shifts: list }))
}

/** A moment as a `datetime-local` field wants it, in the city's time: `2026-01-02T07:00`. */
export function localOf(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: timeZone || undefined,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/** What a person writes of a crew: the same for logging on and for a shift ahead. */
export interface Aboard {
  crew: CrewMember[]
  vehicle: string
  equipment: string
  station: string
}

export function aboardOf(from: { crew: CrewMember[]; vehicle: string; equipment: string[]; station: string }): Aboard {
  return {
    crew: from.crew.map((member) => ({ ...member, skills: [...member.skills] })),
    vehicle: from.vehicle,
    equipment: from.equipment.join(', '),
    station: from.station,
  }
}

/** As a command has it: rows without a staff number are left out, equipment is split at commas of either kind. */
export function written(aboard: Aboard): { crew: CrewMember[]; vehicle: string; equipment: string[]; station: string } {
  return {
    crew: aboard.crew
      .map((member) => ({ ...member, staff: member.staff.trim(), name: member.name.trim() }))
      .filter((member) => member.staff),
    vehicle: aboard.vehicle.trim(),
    equipment: aboard.equipment
      .split(/[,，、]/)
      .map((one) => one.trim())
      .filter(Boolean),
    station: aboard.station,
  }
}

/** Kilometres between the readings of an assignment, in the order of its times. */
export function legsOf(
  times: Record<string, number>,
  odometer: Record<string, number>,
): { stage: string; at: number; km: number | null; driven: number | null }[] {
  let last: number | null = null
  return Object.entries(times)
    .sort(([, a], [, b]) => a - b)
    .map(([stage, at]) => {
      const km = odometer[stage] ?? null
      const driven = km !== null && last !== null && km >= last ? km - last : null
      if (km !== null) last = km
      return { stage, at, km, driven }
    })
}

/** A kilometre reading as typed; null where it is none. */
export function kilometres(typed: string): number | null {
  const text = typed.trim().replace(',', '.')
  const value = Number(text)
  return text && Number.isFinite(value) && value >= 0 ? value : null
}
