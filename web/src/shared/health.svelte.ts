/** How the server itself is, for those who look after the room: asked every half minute, said small. */
import { api, Problem } from './api'
import type { Both } from './link/frames'

export type Level = 'well' | 'warn' | 'severe'

export interface Alarm {
  key: string
  about: string
  level: 'warn' | 'severe'
  since: number
  value: number
  limit: number
  unit: string
  means: Both
  cure: Both
}

export interface Health {
  ok: boolean
  level: Level
  sentence: Both
  seq: number
  clients: number
  restarts: number
  warnings: Both[]
  alarms: Alarm[]
}

const EVERY_MS = 30_000

class ServerHealth {
  now = $state.raw<Health | null>(null)

  /** Ask now and then, for as long as the page that called is open. */
  watch(): () => void {
    void this.ask()
    const timer = setInterval(() => void this.ask(), EVERY_MS)
    return () => clearInterval(timer)
  }

  async ask(): Promise<void> {
    try {
      this.now = await api.get<Health>('/health')
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
      // A desk in trouble answers 503; whoever looks sees that at the top of the screen already.
      this.now = null
    }
  }
}

export const health = new ServerHealth()
