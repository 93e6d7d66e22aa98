/** The server's word on what is drafted at one junction: asked a moment after the last change, the newest answer counts. */
import { api, at, Problem } from '../../shared/api'
import { t } from '../../shared/words/tongue.svelte'
import type { Checked, JunctionPlans } from '../shapes'

const PAUSE_MS = 250

export class Checking {
  answer = $state.raw<Checked | null>(null)
  /** The plans that the answer is about are those on the screen. */
  isFresh = $state(false)
  trouble = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined
  #asked = 0

  ask(district: string, plans: JunctionPlans): void {
    clearTimeout(this.#timer)
    const asked = ++this.#asked
    this.isFresh = false
    this.#timer = setTimeout(() => void this.#look(asked, district, plans), PAUSE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#asked++
  }

  async #look(asked: number, district: string, plans: JunctionPlans): Promise<void> {
    try {
      const answer = await api.post<Checked>(at`/signals/districts/${district}/check`, { plans: { junctions: [plans] } })
      if (asked !== this.#asked) return
      this.answer = { ...answer, problems: answer.problems.filter((one) => one.junction === plans.id) }
      this.isFresh = true
      this.trouble = ''
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      if (asked === this.#asked) this.trouble = problem.detail || t().problem.offline
    }
  }
}
