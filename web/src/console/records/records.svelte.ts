/** Incidents that have left the board: the one on the sheet, asked again when something was added to it. */
import { api, at, Problem, query } from '../../shared/api'
import type { Incident } from '../../shared/rows'

export interface Asked {
  number: string
  place: string
  type: string
  unit: string
  from: number | null
  to: number | null
}

/** More than a person reads; narrow it. */
export const MOST = 100

/** The records follow the desk by themselves, a moment later. */
const BEHIND_MS = 600

class Records {
  shown = $state.raw<Incident | null>(null)
  /** What the search was opened with; null while it is closed. */
  asked = $state<string | null>(null)

  search(asked: Asked): Promise<Incident[]> {
    const { from, to, ...texts } = asked
    return api.get<Incident[]>('/incidents' + query({ ...texts, from, to, limit: MOST }))
  }

  show(incident: Incident): void {
    this.shown = incident
  }

  /** True where there is such an incident. */
  async ask(id: string): Promise<boolean> {
    try {
      this.shown = await api.get<Incident>(at`/incidents/${id}`)
      return true
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
      return trouble.status !== 404
    }
  }

  /** Something was added to `id`: show it as soon as the records have it. */
  async changed(id: string): Promise<void> {
    if (this.shown?.id !== id) return
    await new Promise((resolve) => setTimeout(resolve, BEHIND_MS))
    if (this.shown?.id === id) await this.ask(id)
  }
}

export const records = new Records()
