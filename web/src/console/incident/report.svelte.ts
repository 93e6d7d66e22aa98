/** The report of the incident on the sheet. Asked again when its row changes; an answer that comes too late is dropped. */
import { api, at, Problem } from '../../shared/api'
import type { IncidentReport } from '../../shared/report'
import type { Incident } from '../../shared/rows'

/** Changes come in bursts (units sent, clocks started): one question for all of them. */
const SETTLE_MS = 150

class SheetReport {
  current = $state.raw<IncidentReport | null>(null)
  #of: Incident | null = null

  /** For `$effect`: ask for `incident`, until it changes or another one is shown. */
  follow(incident: Incident): () => void {
    this.#of = incident
    if (this.current?.incident !== incident.id) this.current = null
    const timer = setTimeout(() => void this.#ask(incident), this.current ? SETTLE_MS : 0)
    return () => clearTimeout(timer)
  }

  async #ask(incident: Incident): Promise<void> {
    try {
      const found = await api.get<IncidentReport>(at`/incidents/${incident.id}/report`)
      if (this.#of === incident) this.current = found
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
    }
  }
}

export const report = new SheetReport()
