/** What could stand better just now, as the server sees it: coverage and who could fill in, sooner units for those under way. */
import { api, Problem } from './api'
import type { Both } from './link/frames'
import type { Offer } from './rows'

export interface StandardCover {
  standard: string
  name: Both
  capability: string
  travel_s: number
  weighted_by: 'demand' | 'ground'
  /** Shares of the demand, 0 to 1. */
  now: number
  soon: number
  usual: number
  text: Both
}

export interface Gap {
  standard: string
  station: string
  lost: number
  lost_soon: number
  within: number
  text: Both
}

export interface Move {
  standard: string
  unit: string
  station: string
  before: number
  after: number
  usual: number
  drive_s: number
  /** The area that loses most by it, if any does. */
  opens: string | null
  opens_by: number
  text: Both
}

export interface StationCover {
  free: number
  all: number
  short_of: string[]
  gaps: string[]
}

export interface Coverage {
  at: number
  seq: number
  standards: StandardCover[]
  gaps: Gap[]
  moves: Move[]
  stations: Record<string, StationCover>
}

export interface Swap {
  incident_id: string
  unit: string
  by: string
  stage: string
  unit_s: number
  by_s: number
  gain_s: number
  text: Both
  offer: Offer
}

const EVERY_MS = 6_000
/** What is older than this is not shown any more: units have driven on. */
const KEPT_MS = 60_000
/** What a hand is upon does not change under it, but for so long only. */
const HELD_MS = 30_000

class Outlook {
  coverage = $state.raw<Coverage | null>(null)
  swaps = $state.raw<Swap[]>([])
  /** Somebody points at an act or has the keyboard on it: it must not become another one just now. */
  isHeld = false
  #asked_at = 0

  /** Ask every few seconds, for as long as the page that called is open. */
  watch(): () => void {
    void this.ask()
    const timer = setInterval(() => this.#isDue && void this.ask(), EVERY_MS)
    return () => clearInterval(timer)
  }

  get #isDue(): boolean {
    if (document.visibilityState !== 'visible') return false
    return !this.isHeld || Date.now() - this.#asked_at > HELD_MS
  }

  async ask(): Promise<void> {
    try {
      this.coverage = await api.get<Coverage>('/coverage')
      this.swaps = await api.get<Swap[]>('/swaps')
      this.#asked_at = Date.now()
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
      // A city without roads has none; a server that is not there says so elsewhere on the screen.
      if (Date.now() - this.#asked_at > KEPT_MS) {
        this.coverage = null
        this.swaps = []
      }
    }
  }
}

export const outlook = new Outlook()

/** For a list of acts: while the pointer or the keyboard is on it, it stays as it was read. */
export const held = (node: HTMLElement): (() => void) => {
  const hold = () => (outlook.isHeld = true)
  const letGo = () => (outlook.isHeld = false)
  for (const name of ['pointerenter', 'focusin']) node.addEventListener(name, hold)
  for (const name of ['pointerleave', 'focusout']) node.addEventListener(name, letGo)
  return letGo
}

/** `94.1%`. */
export function perCent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}
