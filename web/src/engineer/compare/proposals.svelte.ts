/** Plans that were proposed: listed anew whenever the desk hears of one, and the bodies that somebody has looked at. */
import { api, at, Problem } from '../../shared/api'
import { board } from '../../shared/board.svelte'
import { t } from '../../shared/words/tongue.svelte'
import { room } from '../room.svelte'
import type { Proposal, ProposalCard } from '../shapes'

class ProposalList {
  all = $state.raw<ProposalCard[]>([])
  trouble = $state('')
  #bodies = $state.raw<Record<string, Proposal>>({})

  /** Of the open district. */
  get here(): ProposalCard[] {
    return this.all.filter((one) => one.district === room.chosen.district)
  }

  /** As it is proposed now: what was looked at under the same name before is another. */
  body(id: string): Proposal | undefined {
    const [found, card] = [this.#bodies[id], this.all.find((one) => one.id === id)]
    return found && card && isSame(found.card, card) ? found : undefined
  }

  /** While a screen shows them. */
  watch(): void {
    void board.district_plans
    void this.load()
  }

  async load(): Promise<void> {
    await this.#asked(async () => {
      this.all = (await api.get<{ proposals: ProposalCard[] }>('/signals/proposals')).proposals
    })
  }

  async look(id: string): Promise<void> {
    if (!id || this.body(id)) return
    await this.#asked(async () => {
      const found = await api.get<Proposal>(at`/signals/proposals/${id}`)
      this.#bodies = { ...this.#bodies, [id]: found }
    })
  }

  async #asked(how: () => Promise<void>): Promise<void> {
    try {
      await how()
      this.trouble = ''
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      this.trouble = problem.detail || t().problem.offline
    }
  }
}

const isSame = (one: ProposalCard, other: ProposalCard) => one.digest === other.digest && one.at === other.at

export const proposals = new ProposalList()
