/** The engineer's room: which district is open, and what of it is chosen. Kept for this window; it says nothing of anybody. */
import { api, at, Problem } from '../shared/api'
import { keep, kept } from '../shared/kept'
import { session } from '../shared/session.svelte'
import { t } from '../shared/words/tongue.svelte'
import type { Arterial, Card, District, Districts, Junction, JunctionPlans, PlanSet } from './shapes'

const KEY = 'turnout.engineer'

interface Chosen {
  district: string
  arterial: string
  junction: string
  plan: string
}

class Room {
  list = $state.raw<Districts | null>(null)
  district = $state.raw<District | null>(null)
  trouble = $state('')
  chosen = $state<Chosen>({ district: '', arterial: '', junction: '', plan: '', ...kept<Partial<Chosen>>('window', KEY, {}) })
  /** Arterials that somebody put together here: kept for this window until the session ends. */
  made = $state.raw<Arterial[]>([])
  #byId = $derived(new Map((this.district?.junctions ?? []).map((one) => [one.id, one])))
  #asked = 0

  get card(): Card | undefined {
    return this.list?.districts.find((one) => one.id === this.chosen.district)
  }
  get junction(): Junction | undefined {
    return this.#byId.get(this.chosen.junction)
  }
  get arterials(): Arterial[] {
    return [...(this.district?.arterials ?? []), ...this.made]
  }
  get arterial(): Arterial | undefined {
    return this.arterials.find((one) => one.id === this.chosen.arterial) ?? this.arterials[0]
  }
  /** Junctions with signals, by name. */
  get signalled(): Junction[] {
    return (this.district?.junctions ?? [])
      .filter((one) => one.groups.length)
      .sort((a, b) => a.name.en.localeCompare(b.name.en, undefined, { numeric: true }))
  }
  /** Whether districts are told to this person; corridors are told to everybody who has the board. */
  get mayLook(): boolean {
    return ['signals', 'signal-plans', 'signal-release'].some((right) => session.holds(right))
  }
  get mayPlan(): boolean {
    return session.holds('signal-plans')
  }
  get mayRelease(): boolean {
    return session.holds('signal-release')
  }

  find(junction: string): Junction | undefined {
    return this.#byId.get(junction)
  }

  /** The plans in force. */
  plansOf = (junction: string): JunctionPlans | undefined => this.#byId.get(junction)

  async load(): Promise<void> {
    if (!this.mayLook) return
    try {
      this.list = await api.get<Districts>('/signals/districts')
      this.trouble = ''
      const first = this.card ?? this.list.districts[0]
      if (first) await this.open(first.id)
    } catch (problem) {
      this.#say(problem)
    }
  }

  async open(district: string): Promise<void> {
    if (district !== this.chosen.district) this.choose({ district, arterial: '', junction: '', plan: '' })
    const asked = ++this.#asked
    if (this.district?.card.id !== district) {
      this.district = null
      this.made = kept<Arterial[]>('session', `${KEY}.arterials.${district}`, [])
    }
    try {
      const found = await api.get<District>(at`/signals/districts/${district}`)
      if (asked !== this.#asked) return
      this.district = found
      this.trouble = ''
    } catch (problem) {
      if (asked === this.#asked) this.#say(problem)
    }
  }

  /** Made here, renamed or taken away. */
  putMade(made: Arterial[]): void {
    this.made = made
    keep('session', `${KEY}.arterials.${this.chosen.district}`, made.length ? made : null)
  }

  rename(arterial: Arterial, name: string): void {
    const called = name.trim()
    if (called) this.putMade(this.made.map((one) => (one === arterial ? { ...one, name: { en: called, zh: called } } : one)))
  }

  choose(part: Partial<Chosen>): void {
    Object.assign(this.chosen, part)
    keep('window', KEY, $state.snapshot(this.chosen))
  }

  #say(problem: unknown): void {
    if (!(problem instanceof Problem)) throw problem
    this.trouble = problem.detail || t().problem.offline
  }
}

export const room = new Room()

/** A set of plans as it is looked up. */
export function lookedUp(set: PlanSet): Map<string, JunctionPlans> {
  return new Map(set.junctions.map((one) => [one.id, one]))
}
