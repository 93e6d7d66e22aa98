/** The time-space diagram's measures, as `signals/diagram.py` draws it: time to the right, the road upwards. */
import type { Run } from './bands'
import type { Wavy } from './sites'

/** So many cycles are drawn, and what the bands need to run through. */
const CYCLES = 2.5
/** Least height between the lines of two neighbours, on average. */
const ROOM_PX = 66
export const BAR_PX = 7
export const TOP_PX = 26
export const BOTTOM_PX = 34

export interface Axes {
  left: number
  width: number
  height: number
  until_s: number
  x: (at_s: number) => number
  y: (site: number) => number
  /** The second under a place of the screen. */
  second: (x: number) => number
}

export function axes(wavy: Wavy, width: number, left: number): Axes {
  const road_m = Math.max(wavy.stops[wavy.stops.length - 1]?.at_m ?? 1, 1)
  const high = Math.max(240, ROOM_PX * (wavy.stops.length - 1))
  const run_s = Math.max(...(['out_s', 'back_s'] as const).map((way) => wavy.sections.reduce((sum, one) => sum + one[way], 0)))
  const until_s = CYCLES * wavy.cycle_s + Math.min(run_s, 4 * wavy.cycle_s)
  const across = Math.max(width - left - 12, 60)
  return {
    left,
    width,
    height: TOP_PX + high + BOTTOM_PX,
    until_s,
    x: (at_s) => left + (at_s / until_s) * across,
    y: (site) => TOP_PX + high * (1 - (wavy.stops[site]?.at_m ?? 0) / road_m),
    second: (x) => ((x - left) / across) * until_s,
  }
}

/** The green parts of a bar, from second 0 to where the drawing ends. */
export function greens(from_s: number, lasts_s: number, offset_s: number, cycle_s: number, until_s: number): [number, number][] {
  const first = ((((offset_s + from_s) % cycle_s) + cycle_s) % cycle_s) - cycle_s
  const found: [number, number][] = []
  for (let at = first; at < until_s; at += cycle_s)
    if (at + lasts_s > 0) found.push([Math.max(at, 0), Math.min(at + lasts_s, until_s)])
  return found
}

/** One strip for each cycle: corners of a band of one section, from one site to another. */
export function strips(band: Run & { travel_s: number }, ends: [number, number], cycle_s: number, axes: Axes): string[] {
  if (band.width_s <= 0) return []
  const found: string[] = []
  const [first, last] = ends
  for (let at = band.from_s - (Math.floor(band.travel_s / cycle_s) + 1) * cycle_s; at < axes.until_s; at += cycle_s) {
    const corners = [
      [at, first],
      [at + band.width_s, first],
      [at + band.width_s + band.travel_s, last],
      [at + band.travel_s, last],
    ] as const
    found.push(corners.map(([second, site]) => `${axes.x(second).toFixed(1)},${axes.y(site).toFixed(1)}`).join(' '))
  }
  return found
}
