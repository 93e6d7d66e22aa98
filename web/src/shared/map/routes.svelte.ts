/** Routes of units on their way, asked from the server and refreshed slowly; never guessed here. */
import { api, Problem, query } from '../api'
import { board } from '../board.svelte'
import { stageOf } from '../stages'
import type { RouteLine } from './features'

/** A route is asked again after so long: the unit has moved along it. */
const REFRESH_MS = 15_000
/** Routes on one map at once. More are a carpet, not information. */
const ROUTES_MAX = 40
const ASK_AT_ONCE = 2

class Routes {
  lines = $state.raw<ReadonlyMap<string, RouteLine>>(new Map())
  #asked = new Map<string, number>()
  #asking = 0
  #timer: ReturnType<typeof setInterval> | undefined
  #watchers = 0

  watch(): () => void {
    if (this.#watchers++ === 0) this.#timer = setInterval(() => this.#refresh(), 2_000)
    return () => {
      if (--this.#watchers === 0) clearInterval(this.#timer)
    }
  }

  #refresh(): void {
    if (document.visibilityState !== 'visible') return
    const wanted = new Map<string, string>()
    for (const unit of Object.values(board.units)) {
      if (unit.status.stage === 'on-incident' && stageOf(unit) === 'enroute' && wanted.size < ROUTES_MAX)
        wanted.set(unit.id, unit.status.incident)
    }
    const left = new Map([...this.lines].filter(([unit, route]) => wanted.get(unit) === route.incident))
    if (left.size !== this.lines.size) this.lines = left
    const now = Date.now()
    for (const [unit, incident] of wanted) {
      if (this.#asking >= ASK_AT_ONCE) return
      if (now - (this.#asked.get(`${unit} ${incident}`) ?? 0) < REFRESH_MS) continue
      this.#asked.set(`${unit} ${incident}`, now)
      void this.#ask(unit, incident)
    }
    if (this.#asked.size > 500) this.#asked.clear()
  }

  async #ask(unit: string, incident: string): Promise<void> {
    this.#asking++
    try {
      const route = await api.get<{ line: [number, number][] }>('/route' + query({ unit, incident }))
      if (route.line.length > 1) this.lines = new Map(this.lines).set(unit, { unit, incident, line: route.line })
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
    } finally {
      this.#asking--
    }
  }
}

export const routes = new Routes()
