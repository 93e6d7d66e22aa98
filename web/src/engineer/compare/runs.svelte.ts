/** Simulations of one draft, one for each hour that has to be looked at: asked together, proposed together. */
import { api, at, Problem } from '../../shared/api'
import { keep, kept } from '../../shared/kept'
import { t } from '../../shared/words/tongue.svelte'
import type { Job, Period, PeriodsAnswer, PlanSet, Simulated } from '../shapes'

const AGAIN_MS = 700
const KEY = 'turnout.engineer.runs'

interface Asked {
  /** The draft that they are of. */
  of: string
  runs: { period: Period | null; job: string }[]
  /** Changed plans that are in force at no hour. */
  never: PeriodsAnswer['never']
}
const NONE: Asked = { of: '', runs: [], never: [] }

export interface Run {
  period: Period | null
  job: Job | undefined
}

export class Runs {
  trouble = $state('')
  #asked = $state.raw<Asked>(NONE)
  #jobs = $state.raw<Record<string, Job>>({})
  #district = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Those of this district, found again. */
  follow(district: string): void {
    if (district === this.#district) return
    clearTimeout(this.#timer)
    this.#district = district
    this.#asked = kept<Asked>('session', `${KEY}.${district}`, NONE)
    this.#jobs = {}
    this.trouble = ''
    void this.#look()
  }

  get all(): Run[] {
    return this.#asked.runs.map(({ period, job }) => ({ period, job: this.#jobs[job] }))
  }
  get never(): PeriodsAnswer['never'] {
    return this.#asked.never
  }
  get isRunning(): boolean {
    return this.all.some(({ job }) => job?.state === 'waiting' || job?.state === 'running')
  }
  get areDone(): boolean {
    return this.all.length > 0 && this.all.every(({ job }) => job?.state === 'done')
  }
  get results(): Simulated[] {
    return this.all.flatMap(({ job }) => (job?.state === 'done' ? [job.result as Simulated] : []))
  }
  get simulations(): string[] {
    return this.all.flatMap(({ job }) => (job?.state === 'done' ? [job.simulation] : []))
  }
  isOf(set: PlanSet): boolean {
    return this.#asked.of === JSON.stringify(set)
  }

  /** At the hours that show every changed plan; those that are done or under way for this draft stay. */
  async startAll(set: PlanSet, seeds: number): Promise<void> {
    await this.#doing(async () => {
      const found = await api.post<PeriodsAnswer>(at`/signals/districts/${this.#district}/periods`, { plans: set })
      this.#begin(set, found.never)
      // Where the draft changes nothing that ever runs, one simulation shows that.
      const first = found.never.length ? [] : [{ period: { day: 'mon', from: '00:00' } as Period, plans: 0 }]
      for (const { period } of found.periods.length ? found.periods : first) await this.#start(set, seeds, period)
    })
  }

  async start(set: PlanSet, seeds: number, period: Period): Promise<void> {
    await this.#doing(async () => {
      this.#begin(set, [])
      await this.#start(set, seeds, period)
    })
  }

  async cancel(): Promise<void> {
    await this.#doing(async () => {
      const going = this.#asked.runs.filter(({ job }) => isUnderWay(this.#jobs[job]))
      for (const { job } of going.reverse()) await api.delete(at`/signals/jobs/${job}`)
    })
  }

  forget(): void {
    clearTimeout(this.#timer)
    this.#put(NONE)
    this.#jobs = {}
  }

  /** While the page shows it. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  #begin(set: PlanSet, never: PeriodsAnswer['never']): void {
    const of = JSON.stringify(set)
    this.#put(of === this.#asked.of ? { ...this.#asked, never } : { of, runs: [], never })
  }

  async #start(set: PlanSet, seeds: number, period: Period | null): Promise<void> {
    const district = this.#district
    const same = (one: Asked['runs'][number]) => told(one.period) === told(period)
    const known = this.#jobs[this.#asked.runs.find(same)?.job ?? '']
    if (isUnderWay(known) || (known?.state === 'done' && (known.result as Simulated).seeds === seeds)) return
    const asked = { kind: 'simulate', plans: set, seeds, ...(period ? { period } : {}) }
    const { job } = await api.post<{ job: string }>(at`/signals/districts/${district}/jobs`, asked)
    if (district !== this.#district) return
    const others = this.#asked.runs.filter((one) => !same(one))
    this.#put({ ...this.#asked, runs: [...others, { period, job }] })
  }

  #put(asked: Asked): void {
    this.#asked = asked
    keep('session', `${KEY}.${this.#district}`, asked.runs.length ? asked : null)
  }

  async #doing(how: () => Promise<void>): Promise<void> {
    this.trouble = ''
    try {
      await how()
    } catch (problem) {
      this.#say(problem)
    }
    await this.#look()
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer)
    const district = this.#district
    for (const { job } of this.#asked.runs) {
      if (this.#jobs[job] && !isUnderWay(this.#jobs[job])) continue
      try {
        const found = await api.get<Job>(at`/signals/jobs/${job}`)
        if (district !== this.#district) return
        this.#jobs = { ...this.#jobs, [job]: found }
      } catch (problem) {
        if (district !== this.#district) return
        this.#say(problem)
        // The server has let it go: that is said, and nothing more will be heard of it.
        if (problem instanceof Problem && problem.status === 404)
          this.#put({ ...this.#asked, runs: this.#asked.runs.filter((one) => one.job !== job) })
        else if (problem instanceof Problem && problem.status !== 0) return
      }
    }
    const isOpen = this.#asked.runs.some(({ job }) => !this.#jobs[job] || isUnderWay(this.#jobs[job]))
    if (isOpen && district === this.#district) this.#timer = setTimeout(() => void this.#look(), AGAIN_MS)
  }

  #say(problem: unknown): void {
    if (!(problem instanceof Problem)) throw problem
    this.trouble = problem.detail || t().problem.offline
  }
}

const isUnderWay = (job: Job | undefined) => job?.state === 'waiting' || job?.state === 'running'
const told = (period: Period | null) => (period ? `${period.day} ${period.from}` : '')
