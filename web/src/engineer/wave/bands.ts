/**
 * Bands as the street has them: of every moment in which a vehicle may leave, whether it meets green everywhere; then the
 * longest run of them. The same definition as `signals/scan.py`, step by step, so that both give the same numbers
 * (`bands.fixture.json` holds them together).
 */

/** Moments are tried so far apart, seconds. */
export const STEP_S = 0.01

/** A green of the plan's own seconds: it begins at `from_s` and lasts `lasts_s`. */
export interface Green {
  from_s: number
  lasts_s: number
}

/** A junction with signals on the arterial. Its plan begins `offset_s` after the arterial's second 0. */
export interface Site {
  offset_s: number
  out: Green[]
  back: Green[]
  outQueue_s: number
  backQueue_s: number
}

/** Travel time from one site to the next, and from that one back. */
export interface Section {
  out_s: number
  back_s: number
}

/** A run of moments: front edge and width. */
export interface Run {
  from_s: number
  width_s: number
}

export interface Through {
  out: Run
  back: Run
}

/** Widest bands through all sites; their front edges leave the first (back: the last) site. */
export function through(sites: Site[], sections: Section[], cycle_s: number): Through {
  return { out: longest(free(sites, sections, cycle_s, false)), back: longest(free(sites, sections, cycle_s, true)) }
}

/** The same of each section by itself: what a platoon has from one junction to the next. */
export function bySection(sites: Site[], sections: Section[], cycle_s: number): Through[] {
  return sections.map((section, i) => through(sites.slice(i, i + 2), [section], cycle_s))
}

/** When the front edge that leaves the first site of a direction passes each site, in the order of `sites`. */
export function passes(sites: Site[], sections: Section[], isBack: boolean): number[] {
  const passed = sites.map(() => 0)
  for (let nth = 1; nth < sites.length; nth++) {
    const at = isBack ? sites.length - 1 - nth : nth
    const before = isBack ? at + 1 : at - 1
    const site = sites[at] as Site
    const section = sections[isBack ? at : before] as Section
    passed[at] =
      (passed[before] ?? 0) + ((isBack ? section.back_s : section.out_s) - (isBack ? site.backQueue_s : site.outQueue_s))
  }
  return passed
}

/** By moments of leaving the first site of the direction: 1 where there is green at every site on the way. */
function free(sites: Site[], sections: Section[], cycle_s: number, isBack: boolean): Uint8Array {
  const passed = passes(sites, sections, isBack)
  const found = new Uint8Array(Math.round(cycle_s / STEP_S)).fill(1)
  sites.forEach((site, i) => {
    const greens = isBack ? site.back : site.out
    for (let n = 0; n < found.length; n++) {
      if (!found[n]) continue
      const local_s = n * STEP_S + (passed[i] as number) - site.offset_s
      if (!greens.some((green) => floored(local_s - green.from_s, cycle_s) < green.lasts_s)) found[n] = 0
    }
  })
  return found
}

/** Python's `%`. */
export function floored(value: number, by: number): number {
  const left = value % by
  return left < 0 ? left + by : left
}

/** The longest run, which may go over the end of the cycle. */
function longest(moments: Uint8Array): Run {
  const count = moments.length
  const red = moments.indexOf(0)
  if (red < 0) return { from_s: 0, width_s: count * STEP_S }
  let best = { at: 0, long: 0 }
  let long = 0
  for (let n = 1; n <= count; n++) {
    const at = (red + n) % count
    long = moments[at] ? long + 1 : 0
    if (long > best.long) best = { at: (at - long + 1 + count) % count, long }
  }
  return best.long ? { from_s: best.at * STEP_S, width_s: best.long * STEP_S } : { from_s: 0, width_s: 0 }
}
