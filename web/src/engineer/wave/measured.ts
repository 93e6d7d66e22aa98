/** Speeds that our own vehicles were measured at, as the speed at which a green wave progresses. */
import type { Arterial, MeasuredSpeed, Stop } from '../shapes'

export interface Found {
  /** Hours of the day, from and before. */
  hours: [number, number]
  /** By section; null: too few drove it. Of both directions, each run alike. */
  sections: ({ speed_kmh: number; times: number } | null)[]
  /** Of all sections that are known, by their length. */
  speed_kmh: number
  times: number
}

/** From `from` to before `to`; null where no section of the arterial was measured then. */
export function measuredOn(arterial: Arterial, all: MeasuredSpeed[], from: number, to: number): Found | null {
  const own = all.filter((one) => one.arterial === arterial.id && one.hour >= from && one.hour < to)
  const sections = arterial.stops.slice(0, -1).map((stop, n) => {
    const ends = [stop.junction, arterial.stops[n + 1]?.junction]
    const here = own.filter((one) => one.start !== one.end && ends.includes(one.start) && ends.includes(one.end))
    const times = here.reduce((sum, one) => sum + one.times, 0)
    return times ? { times, speed_kmh: here.reduce((sum, one) => sum + one.speed_kmh * one.times, 0) / times } : null
  })
  const known = sections.flatMap((one, n) => (one ? [{ ...one, long_m: arterial.stops[n]?.to_next_m ?? 0 }] : []))
  if (!known.length) return null
  const metres = known.reduce((sum, one) => sum + one.long_m, 0)
  const hours = known.reduce((sum, one) => sum + one.long_m / one.speed_kmh, 0)
  const first = known[0]?.speed_kmh ?? 0
  return {
    hours: [from, to],
    sections,
    speed_kmh: hours > 0 ? metres / hours : first,
    times: Math.min(...known.map((one) => one.times)),
  }
}

/** Hours in which something of the arterial was measured, from and before. */
export function hoursOf(arterial: Arterial, all: MeasuredSpeed[]): [number, number][] {
  const hours = [...new Set(all.filter((one) => one.arterial === arterial.id).map((one) => one.hour))].sort((a, b) => a - b)
  return hours.map((hour) => [hour, hour + 1])
}

/** The arterial with these speeds in place of its own; a section that was not measured keeps its range. */
export function withSpeeds(arterial: Arterial, found: Found): Arterial {
  const stops: Stop[] = arterial.stops.map((stop, n) => {
    const section = found.sections[n]
    const kmh = section ? Math.round(section.speed_kmh * 10) / 10 : 0
    return section ? { ...stop, speed_kmh: [kmh, kmh] } : stop
  })
  return { ...arterial, stops }
}
