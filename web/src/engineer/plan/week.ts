/** Which plan runs when in the week. An entry holds from its minute of its days until the next one begins, whatever the day. */
import { DAYS, type Day, type Hours, type JunctionPlans, type Plan } from '../shapes'

export const DAY_MINUTES = 24 * 60
const WEEK_MINUTES = 7 * DAY_MINUTES

/** A stretch of one day; `begins`: the plan begins here, else it runs on from before. */
export interface Stretch {
  plan: string
  from: number
  to: number
  begins: boolean
}

export function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':')
  return Number(hours) * 60 + Number(minutes)
}

export function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

interface Start {
  at: number
  plan: string
}

/** Beginnings in minutes of the week, in order; of two at the same minute the later one in the list holds. */
function starts(hours: Hours[]): Start[] {
  const at = new Map<number, string>()
  for (const one of hours) for (const day of one.days) at.set(DAYS.indexOf(day) * DAY_MINUTES + minutesOf(one.from), one.plan)
  return [...at].map(([minute, plan]) => ({ at: minute, plan })).sort((a, b) => a.at - b.at)
}

/** The plan at a minute of the week; before the first beginning, that of the week's end. Empty where no hours are given. */
function planAt(all: Start[], minute: number): string {
  return (all.findLast((one) => one.at <= minute) ?? all[all.length - 1])?.plan ?? ''
}

export function planOn(hours: Hours[], day: Day, minute: number): string {
  return planAt(starts(hours), DAYS.indexOf(day) * DAY_MINUTES + minute)
}

/** The week as seven strips. */
export function strips(hours: Hours[]): Record<Day, Stretch[]> {
  const all = starts(hours)
  const of = (n: number): Stretch[] => {
    if (!all.length) return []
    const [first, last] = [n * DAY_MINUTES, (n + 1) * DAY_MINUTES]
    const inside = all.filter((one) => one.at >= first && one.at < last)
    const whole =
      inside[0]?.at === first ? inside : [{ at: first, plan: planAt(all, first - 1 < 0 ? WEEK_MINUTES : first - 1) }, ...inside]
    return whole.map((one, i) => ({
      plan: one.plan,
      from: one.at - first,
      to: (whole[i + 1]?.at ?? last) - first,
      begins: all.some((start) => start.at === one.at),
    }))
  }
  return Object.fromEntries(DAYS.map((day, n) => [day, of(n)])) as Record<Day, Stretch[]>
}

/** The plan runs on these days from a minute until before another; around it everything stays as it was. */
export function painted(hours: Hours[], days: Day[], from: number, to: number, plan: string): Hours[] {
  const before = starts(hours)
  let all = before
  for (const day of days) {
    const begins = DAYS.indexOf(day) * DAY_MINUTES + from
    const ends = DAYS.indexOf(day) * DAY_MINUTES + to
    // From what the week was, not from what the day before has just become: another plan does not flow into the next day.
    const after = before.length ? planAt(before, ends % WEEK_MINUTES) : plan
    all = all.filter((one) => one.at < begins || one.at >= ends)
    all.push({ at: begins, plan })
    if (!all.some((one) => one.at === ends % WEEK_MINUTES)) all.push({ at: ends % WEEK_MINUTES, plan: after })
    all.sort((a, b) => a.at - b.at)
  }
  return written(all)
}

/** As few entries as say the same: beginnings that change nothing are left out, days that have the same one are joined. */
function written(all: Start[]): Hours[] {
  const changing = all.filter((one, n) => all[(n + all.length - 1) % all.length]?.plan !== one.plan)
  const kept = changing.length ? changing : all.slice(0, 1).map((one) => ({ ...one, at: 0 }))
  const rows = new Map<string, Hours>()
  for (const one of kept) {
    const from = clockOf(one.at % DAY_MINUTES)
    const day = DAYS[Math.floor(one.at / DAY_MINUTES)] as Day
    const row = rows.get(`${from} ${one.plan}`) ?? { plan: one.plan, days: [], from }
    row.days = [...row.days, day]
    rows.set(`${from} ${one.plan}`, row)
  }
  return [...rows.values()].sort((a, b) => a.from.localeCompare(b.from))
}

/** What a plan is called where another name takes its place: hours follow it. */
export function renamed(hours: Hours[], from: string, to: string): Hours[] {
  return hours.map((one) => (one.plan === from ? { ...one, plan: to } : one))
}

/** The plan in force at a moment, by the city's clock; where no hours are given, the one that comes last. */
export function runningAt(junction: JunctionPlans, at_ms: number, timeZone: string): Plan | undefined {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timeZone || undefined,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at_ms)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const name = planOn(junction.hours, part('weekday').toLowerCase() as Day, Number(part('hour')) * 60 + Number(part('minute')))
  return junction.plans.find((plan) => plan.id === name) ?? junction.plans[junction.plans.length - 1]
}
