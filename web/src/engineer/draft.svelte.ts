/** The draft: junctions whose plans were changed, beside the plans in force. Undone step by step; both are kept through a reload. */
import { keep, kept } from '../shared/kept'
import { begun, changed, redone, shortened, undone, type History } from './history'
import { room } from './room.svelte'
import type { JunctionPlans, PlanSet } from './shapes'

type Changes = Record<string, JunctionPlans>
const keyOf = (district: string) => `turnout.engineer.drafted.${district}`

class Draft {
  #district = ''
  #history = $state.raw<History<Changes>>(begun({}))
  /** A drag, or what is typed into one field, is one step. */
  #stroke = ''

  /** Of a district: what was left there. */
  open(district: string): void {
    if (district === this.#district) return
    this.#district = district
    this.#history = kept<History<Changes>>('session', keyOf(district), begun({}))
    this.#stroke = ''
  }

  get changes(): Changes {
    return this.#history.now
  }
  get isEmpty(): boolean {
    return Object.keys(this.changes).length === 0
  }
  get canUndo(): boolean {
    return this.#history.past.length > 0
  }
  get canRedo(): boolean {
    return this.#history.future.length > 0
  }
  get set(): PlanSet {
    return { junctions: Object.values(this.changes) }
  }

  /** As drafted; where nothing was changed, the plans in force. */
  plansOf = (junction: string): JunctionPlans | undefined => {
    const own = this.changes[junction] ?? room.plansOf(junction)
    return own && { id: own.id, plans: own.plans, hours: own.hours }
  }

  isChanged(junction: string): boolean {
    return junction in this.changes
  }

  change(plans: JunctionPlans, stroke = ''): void {
    const same = isSame(plans, room.plansOf(plans.id))
    const { [plans.id]: _, ...others } = this.changes
    this.#take(same ? others : { ...others, [plans.id]: plans }, stroke)
  }

  /** Plans of several junctions at once, as a coordination gives them. */
  take(set: PlanSet): void {
    const fresh = set.junctions.filter((one) => !isSame(one, room.plansOf(one.id)))
    this.#take({ ...this.changes, ...Object.fromEntries(fresh.map((one) => [one.id, one])) })
  }

  drop(junction: string): void {
    const { [junction]: _, ...others } = this.changes
    this.#take(others)
  }

  clear(): void {
    this.#take({})
  }

  undo(): void {
    this.#put(undone(this.#history))
  }

  redo(): void {
    this.#put(redone(this.#history))
  }

  #take(now: Changes, stroke = ''): void {
    const joins = stroke !== '' && stroke === this.#stroke
    this.#put(changed(this.#history, now, joins))
    this.#stroke = stroke
  }

  #put(history: History<Changes>): void {
    this.#history = history
    this.#stroke = ''
    const isUntouched = !Object.keys(history.now).length && !history.past.length && !history.future.length
    keep('session', keyOf(this.#district), isUntouched ? null : shortened(history))
  }
}

export const draft = new Draft()

function isSame(one: JunctionPlans, other: JunctionPlans | undefined): boolean {
  const told = (plans: JunctionPlans) => JSON.stringify([plans.plans, plans.hours])
  return other !== undefined && told(one) === told(other)
}
