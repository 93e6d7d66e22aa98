/** Coordinating an arterial: what is asked, what the server found, and offsets that were moved since. */
import { api, at, Problem } from '../../shared/api'
import { t } from '../../shared/words/tongue.svelte'
import { draft } from '../draft.svelte'
import { withOffset } from '../plan/timing'
import { room } from '../room.svelte'
import type { Arterial, BandsAnswer, Method, PlanSet, Wave } from '../shapes'
import { withSpeeds, type Found } from './measured'
import { ofAnswer, type Wavy } from './sites'

export interface Settings {
  plan: string
  method: Method
  least_s: number
  most_s: number
  ratio: number
  sameWidth: boolean
}

export const usual: Settings = { plan: '', method: 'maxband', least_s: 60, most_s: 120, ratio: 1, sameWidth: false }

class Making {
  settings = $state<Settings>({ ...usual })
  answer = $state.raw<BandsAnswer | null>(null)
  isAsked = $state(false)
  trouble = $state('')
  /** Offsets that were moved by hand, by site. */
  moved = $state.raw<Record<number, number>>({})
  /** Measured speeds that were taken in place of the arterial's. */
  speeds = $state.raw<Found | null>(null)
  #of = ''

  /** The settings are those of the arterial's first wave, until somebody changes them. */
  open(arterial: Arterial | undefined): void {
    const key = `${room.chosen.district} ${arterial?.id ?? ''}`
    if (key === this.#of) return
    this.#of = key
    this.answer = null
    this.trouble = ''
    this.moved = {}
    this.speeds = null
    this.settings = settingsOf(arterial?.waves[0], arterial)
  }

  get wavy(): Wavy | null {
    if (!this.answer) return null
    const found = ofAnswer(this.answer)
    return { ...found, sites: found.sites.map((site, n) => ({ ...site, offset_s: this.moved[n] ?? site.offset_s })) }
  }

  move(site: number, offset_s: number): void {
    this.moved = { ...this.moved, [site]: offset_s }
  }

  async ask(arterial: Arterial): Promise<void> {
    const { plan, method, least_s, most_s, ratio, sameWidth } = this.settings
    const wave: Wave = {
      id: plan || 'open',
      plan,
      method,
      ratio,
      same_width: sameWidth,
      cycle_s: plan ? [0, 0] : [least_s, most_s],
    }
    const asked = {
      arterial: this.speeds ? withSpeeds(arterial, this.speeds) : room.made.includes(arterial) ? arterial : arterial.id,
      wave,
      plans: draft.isEmpty ? null : draft.set,
    }
    const of = this.#of
    this.isAsked = true
    this.trouble = ''
    try {
      const answer = await api.post<BandsAnswer>(at`/signals/districts/${room.chosen.district}/bands`, asked, BANDS_MS)
      if (of !== this.#of) return
      this.answer = answer
      this.moved = {}
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      if (of === this.#of) this.trouble = problem.detail || t().problem.offline
    } finally {
      this.isAsked = false
    }
  }

  /** The plans found, with the offsets as they now stand. The first junction keeps its own: the others are set to it. */
  get plans(): PlanSet {
    const { answer } = this
    if (!answer) return { junctions: [] }
    const named = answer.wave
    const coordinated = (id: string) => answer.plans.junctions.find((one) => one.id === id)?.plans.find((one) => one.id === named)
    const first = coordinated(answer.sites[0]?.junction ?? '')?.offset_s ?? 0
    const offsets = new Map(answer.sites.map((site, n) => [site.junction, first + (this.moved[n] ?? site.offset_s)]))
    return {
      junctions: answer.plans.junctions.map((one) => ({
        ...one,
        plans: one.plans.map((plan) => (plan.id === named ? withOffset(plan, offsets.get(one.id) ?? plan.offset_s) : plan)),
      })),
    }
  }
}

/** The solver's own limit and what comes around it. */
const BANDS_MS = 60_000

function settingsOf(wave: Wave | undefined, arterial: Arterial | undefined): Settings {
  const first = arterial?.stops.map((stop) => draft.plansOf(stop.junction)?.plans.at(-1)?.id).find((plan) => plan)
  if (!wave) return { ...usual, plan: first ?? '' }
  const [least_s, most_s] = wave.cycle_s[1] ? wave.cycle_s : [usual.least_s, usual.most_s]
  return { plan: wave.plan, method: wave.method, least_s, most_s, ratio: wave.ratio, sameWidth: wave.same_width }
}

export const making = new Making()
