/** Two sets of plans side by side: which junctions differ, and in what. */
import { lasts, within } from '../plan/timing'
import type { Junction, JunctionPlans, Plan } from '../shapes'

export interface Difference {
  junction: Junction
  /** The plans as they are compared; undefined where a side has none of that name. */
  pairs: { name: string; before: Plan | undefined; after: Plan | undefined }[]
  hours: boolean
  /** The plan that runs where no hours are given, the last one: which it was, and which it is. */
  running: [string, string] | null
}

type Looked = (junction: string) => JunctionPlans | undefined

export function differences(junctions: Junction[], before: Looked, after: Looked): Difference[] {
  return junctions.flatMap((junction) => {
    const [one, other] = [before(junction.id), after(junction.id)]
    const names = [...new Set([...(one?.plans ?? []), ...(other?.plans ?? [])].map((plan) => plan.id))]
    const pairs = names
      .map((name) => ({ name, before: found(one, name), after: found(other, name) }))
      .filter((pair) => told(pair.before) !== told(pair.after))
    const hours = JSON.stringify(one?.hours ?? []) !== JSON.stringify(other?.hours ?? [])
    const [was, is] = [one, other].map((plans) => (plans?.hours.length ? '' : (plans?.plans.at(-1)?.id ?? '')))
    const running: [string, string] | null = was && is && was !== is ? [was, is] : null
    return pairs.length || hours || running ? [{ junction, pairs, hours, running }] : []
  })
}

const found = (plans: JunctionPlans | undefined, name: string) => plans?.plans.find((plan) => plan.id === name)

/** The order in which a file has its greens says nothing. */
function told(plan: Plan | undefined): string {
  if (!plan) return ''
  const windows = plan.windows.map((one) => `${one.group} ${one.from_s} ${one.to_s}`).sort()
  return JSON.stringify([plan.cycle_s, plan.offset_s, windows])
}

/** A plan with its greens where they fall on the common clock: moved by its offset. */
export function onTheClock(plan: Plan): Plan {
  const by = (second: number) => within(second + plan.offset_s, plan.cycle_s)
  return {
    ...plan,
    windows: plan.windows.map((one) =>
      // A green that lasts the whole cycle stays one.
      lasts(one, plan.cycle_s) === plan.cycle_s
        ? { ...one, from_s: 0, to_s: plan.cycle_s }
        : { ...one, from_s: by(one.from_s), to_s: by(one.to_s) },
    ),
  }
}
