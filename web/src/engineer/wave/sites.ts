/** The junctions of an arterial as the bands see them: of plans that are in force or drafted, or of a coordination found. */
import type { Arterial, BandsAnswer, JunctionPlans, Plan, Stop } from '../shapes'
import { lasts } from '../plan/timing'
import { floored, type Green, type Section, type Site } from './bands'

export interface Wavy {
  cycle_s: number
  /** With the way from the first one, and the speed on the way to the next and back, km/h. */
  stops: { junction: string; at_m: number; plan: string }[]
  speeds: { out_kmh: number; back_kmh: number }[]
  sites: Site[]
  sections: Section[]
}

/** Why there is no diagram of these plans. */
export type Lack = 'few' | 'no-greens' | 'cycles'
export interface Lacking {
  lack: Lack
  junctions: string[]
}

/** What a junction has of the wave's plan; of a wave that names none, of the plan that comes last. */
export function planFor(plans: JunctionPlans | undefined, name: string): Plan | undefined {
  return plans?.plans.find((one) => one.id === name) ?? plans?.plans[plans.plans.length - 1]
}

export function isLacking(found: Wavy | Lacking): found is Lacking {
  return 'lack' in found
}

/** Of plans: the longest green of each through group, at the fastest speed of progression. */
export function ofPlans(
  arterial: Arterial,
  plansOf: (junction: string) => JunctionPlans | undefined,
  name: string,
): Wavy | Lacking {
  const own = arterial.stops.filter((stop) => stop.outbound || stop.inbound)
  const plans = own.map((stop) => planFor(plansOf(stop.junction), name))
  if (own.length < 2) return { lack: 'few', junctions: own.map((stop) => stop.junction) }
  const cycles = new Set(plans.map((plan) => plan?.cycle_s))
  const bare = own.filter((stop, n) => !longestOf(plans[n], stop.outbound) || !longestOf(plans[n], stop.inbound))
  if (bare.length) return { lack: 'no-greens', junctions: bare.map((stop) => stop.junction) }
  if (cycles.size > 1) return { lack: 'cycles', junctions: own.map((stop) => stop.junction) }
  const ways = own.slice(1).map((stop, n) => between(arterial.stops, own[n] as Stop, stop))
  let at_m = 0
  return {
    cycle_s: (plans[0] as Plan).cycle_s,
    stops: own.map((stop, n) => {
      if (n) at_m += ways[n - 1]?.out_m ?? 0
      return { junction: stop.junction, at_m, plan: (plans[n] as Plan).id }
    }),
    speeds: ways.map((way) => ({ out_kmh: way.kmh, back_kmh: way.kmh })),
    sites: own.map((stop, n) => ({
      offset_s: (plans[n] as Plan).offset_s,
      out: [longestOf(plans[n], stop.outbound) as Green],
      back: [longestOf(plans[n], stop.inbound) as Green],
      outQueue_s: stop.outbound_queue_s,
      backQueue_s: stop.inbound_queue_s,
    })),
    sections: ways.map((way) => ({ out_s: way.out_m / (way.kmh / 3.6), back_s: way.back_m / (way.kmh / 3.6) })),
  }
}

/** Of a coordination that the server found: greens come after the first site's second 0, so they lose their offset here. */
export function ofAnswer(answer: BandsAnswer): Wavy {
  const local = (green: readonly [number, number], offset_s: number): Green => ({
    from_s: floored(green[0] - offset_s, answer.cycle_s),
    lasts_s: green[1] - green[0],
  })
  return {
    cycle_s: answer.cycle_s,
    stops: answer.sites.map((site) => ({ junction: site.junction, at_m: site.at_m_along, plan: site.order })),
    speeds: answer.sections.map((one) => ({ out_kmh: one.out.speed_kmh, back_kmh: one.back.speed_kmh })),
    sites: answer.sites.map((site) => ({
      offset_s: site.offset_s,
      out: site.greens_out.map((green) => local(green, site.offset_s)),
      back: site.greens_in.map((green) => local(green, site.offset_s)),
      outQueue_s: site.outbound_queue_s,
      backQueue_s: site.inbound_queue_s,
    })),
    sections: answer.sections.map((one) => ({ out_s: one.out.travel_s, back_s: one.back.travel_s })),
  }
}

function longestOf(plan: Plan | undefined, group: string): Green | undefined {
  const own = (plan?.windows ?? []).filter((window) => window.group === group)
  const greens = own.map((window) => ({ from_s: window.from_s, lasts_s: lasts(window, (plan as Plan).cycle_s) }))
  return greens.reduce<Green | undefined>((best, one) => (best && best.lasts_s >= one.lasts_s ? best : one), undefined)
}

/** Ways add up over junctions without signals; the slowest of the fastest speeds holds. */
function between(stops: Stop[], from: Stop, to: Stop): { out_m: number; back_m: number; kmh: number } {
  const passed = stops.slice(stops.indexOf(from), stops.indexOf(to))
  return {
    out_m: passed.reduce((sum, stop) => sum + stop.to_next_m, 0),
    back_m: passed.reduce((sum, stop) => sum + (stop.back_m || stop.to_next_m), 0),
    kmh: Math.min(...passed.map((stop) => stop.speed_kmh[1])),
  }
}
