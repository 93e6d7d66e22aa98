/** Two sets of plans side by side: which junctions differ, and in what. */
import type { Junction, JunctionPlans, Plan } from '../shapes'

export interface Difference {
  junction: Junction
  /** The plans as they are compared; undefined where a side has none of that name. */
  pairs: { name: string; before: Plan | undefined; after: Plan | undefined }[]
  hours: boolean
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
    return pairs.length || hours ? [{ junction, pairs, hours }] : []
  })
}

const found = (plans: JunctionPlans | undefined, name: string) => plans?.plans.find((plan) => plan.id === name)

/** The order in which a file has its greens says nothing. */
function told(plan: Plan | undefined): string {
  if (!plan) return ''
  const windows = plan.windows.map((one) => `${one.group} ${one.from_s} ${one.to_s}`).sort()
  return JSON.stringify([plan.cycle_s, plan.offset_s, windows])
}
