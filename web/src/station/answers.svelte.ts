/**
 * What this screen tells the desk of its alerts: delivered once drawn, acknowledged once pressed. It says nothing twice and
 * gives up nothing: what does not get through is sent again, and the screen shows that it has not.
 */
import { api, Problem } from '../shared/api'

const AGAIN_MS = 2_000
/** After so many tries in vain the crew is told to use the radio; the screen goes on trying. */
export const TRIES_TOLD = 3

type Outcome = 'delivered' | 'acknowledged'

class Answers {
  /** Tries so far of what is under way. */
  tries = $state<Record<string, number>>({})
  #ids = new Map<string, string>()

  isUnderWay(incident: string, alert: string): boolean {
    return key(incident, alert, 'acknowledged') in this.tries
  }

  triesOf(incident: string, alert: string): number {
    return this.tries[key(incident, alert, 'acknowledged')] ?? 0
  }

  tell(incident: string, station: string, alert: string, outcome: Outcome): void {
    const what = key(incident, alert, outcome)
    if (this.#ids.has(what)) return
    this.#ids.set(what, crypto.randomUUID())
    this.tries[what] = 0
    void this.#send(what, { do: 'report-alert', incident_id: incident, station, alert_id: alert, outcome })
  }

  async #send(what: string, command: Record<string, string>): Promise<void> {
    this.tries[what] = (this.tries[what] ?? 0) + 1
    try {
      await api.post('/commands', { id: this.#ids.get(what), command })
      delete this.tries[what]
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
      // A refusal is final (the incident has gone); everything else may get through the next time.
      if (trouble.status >= 400 && trouble.status < 500 && trouble.status !== 401) delete this.tries[what]
      else setTimeout(() => void this.#send(what, command), AGAIN_MS)
    }
  }
}

function key(incident: string, alert: string, outcome: Outcome): string {
  return `${incident} ${alert} ${outcome}`
}

export const answers = new Answers()
