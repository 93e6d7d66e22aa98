/** A job on the server: asked, followed, cancelled. It goes on when the page is left, and is found again. */
import { api, at, Problem } from '../shared/api'
import { keep, kept } from '../shared/kept'
import { t } from '../shared/words/tongue.svelte'
import type { Job } from './shapes'

const AGAIN_MS = 700

export class Following {
  job = $state.raw<Job | null>(null)
  trouble = $state('')
  readonly #name: string
  #district = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `name`: what is kept of it in this window. */
  constructor(name: string) {
    this.#name = name
  }

  get #key(): string {
    return `turnout.engineer.job.${this.#name}.${this.#district}`
  }

  /** The job of this district, found again; what another district's job says is no longer shown. */
  follow(district: string): void {
    if (district === this.#district) return
    clearTimeout(this.#timer)
    this.#district = district
    this.job = null
    this.trouble = ''
    const id = kept<string>('session', this.#key, '')
    if (id) void this.#look(id)
  }

  get isRunning(): boolean {
    return this.job?.state === 'waiting' || this.job?.state === 'running'
  }

  async start(district: string, asked: object): Promise<void> {
    this.follow(district)
    clearTimeout(this.#timer)
    this.trouble = ''
    this.job = null
    try {
      const { job } = await api.post<{ job: string }>(at`/signals/districts/${district}/jobs`, asked)
      if (district !== this.#district) return keep('session', `turnout.engineer.job.${this.#name}.${district}`, job)
      keep('session', this.#key, job)
      await this.#look(job)
    } catch (problem) {
      this.#say(problem)
    }
  }

  async cancel(): Promise<void> {
    if (!this.job) return
    try {
      await api.delete(at`/signals/jobs/${this.job.id}`)
    } catch (problem) {
      this.#say(problem)
    }
    await this.#look(this.job.id)
  }

  forget(): void {
    clearTimeout(this.#timer)
    this.job = null
    keep('session', this.#key, null)
  }

  /** While the page shows it. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  async #look(id: string): Promise<void> {
    clearTimeout(this.#timer)
    const district = this.#district
    try {
      const job = await api.get<Job>(at`/signals/jobs/${id}`)
      if (district !== this.#district) return
      this.job = job
      this.trouble = ''
    } catch (problem) {
      if (district !== this.#district) return
      this.#say(problem)
      // The server has let it go: that is said, and nothing more will be heard of it.
      if (problem instanceof Problem && problem.status === 404) return this.forget()
      if (problem instanceof Problem && problem.status !== 0) return
    }
    if (!this.job || this.isRunning) this.#timer = setTimeout(() => void this.#look(id), AGAIN_MS)
  }

  #say(problem: unknown): void {
    if (!(problem instanceof Problem)) throw problem
    this.trouble = problem.detail || t().problem.offline
  }
}
