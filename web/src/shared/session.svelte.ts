/** Who sits here. */
import { api, isWeb, Problem } from './api'
import { clock } from './clock.svelte'
import { forget, takeKey } from './kept'
import { stream } from './link/stream.svelte'

export interface Session {
  actor: string
  roles: string[]
  scopes: string[]
  position: string
  groups: string[]
  /** Of a station's screen: the station that it answers for. */
  station?: string
  language?: string
  /** When it ends, ms. */
  expires?: number
  locked?: boolean
  /** It may add a passkey and nothing else. */
  lacks_factor?: boolean
  /** With which this browser seals what is typed, as long as there is the session. */
  drafts_key?: string
}

/** Timers of browsers cannot be set for longer (24 days): a station's screen, which keeps nothing typed. */
const TIMER_MAX_MS = 2 ** 31 - 1
/** This browser's clock says that the session is over, the server says that it is not: it is asked again. */
const AGAIN_MS = 60_000

class LiveSession {
  #ending: ReturnType<typeof setTimeout> | undefined
  #hasEnded = false

  current = $state.raw<Session | null>(null)
  checked = $state(false)

  async load(): Promise<void> {
    try {
      this.take(await api.get<Session>('/session'))
    } catch (trouble) {
      if (!(trouble instanceof Problem) || trouble.status === 0) throw trouble
      if (trouble.status === 401 && this.current) {
        this.#clear()
        location.reload()
      }
      this.current = null
    }
    this.checked = true
  }

  take(session: Session): void {
    // What the earlier one typed is still in the page's memory: it begins anew.
    if (this.#hasEnded) return location.reload()
    this.current = session
    this.checked = true
    void takeKey(session.drafts_key ?? '')
    this.#endLater(session, 0)
  }

  #endLater(session: Session, least_ms: number): void {
    clearTimeout(this.#ending)
    const left_ms = Math.max(least_ms, (session.expires ?? 0) - clock.exact())
    if (session.expires && left_ms < TIMER_MAX_MS) this.#ending = setTimeout(() => void this.#whetherOver(session), left_ms)
  }

  /** Its time is up by this browser's clock, which may be wrong: the server knows; without it, the time that it last told. */
  async #whetherOver(of: Session): Promise<void> {
    let answer: Session | Problem
    try {
      answer = await api.get<Session>('/session')
    } catch (trouble) {
      if (!(trouble instanceof Problem)) throw trouble
      answer = trouble
    }
    if (this.current !== of) return
    if (answer instanceof Problem) {
      if (answer.status !== 401 && clock.exact() < (of.expires ?? 0)) return this.#endLater(of, 0)
    } else if (answer.actor === of.actor) {
      this.take(answer)
      return this.#endLater(answer, AGAIN_MS)
    }
    this.#over()
  }

  /** Also where there is no connection to be told so. */
  #over(): void {
    this.#clear()
    stream.stop()
    this.#hasEnded = true
    this.current = null
  }

  #clear(): void {
    clearTimeout(this.#ending)
    forget()
  }

  async end(): Promise<void> {
    let next = '/'
    try {
      // Whose account is an identity provider's is signed off there too: the next one at this console is somebody else.
      const { url } = await api.post<{ url: string }>('/session/leave')
      if (isWeb(url)) next = url
    } finally {
      stream.stop()
      this.#clear()
      location.assign(next)
    }
  }

  get who(): string {
    return this.current?.actor ?? ''
  }

  /** A demonstration's accounts last as long as their session. */
  get isDemo(): boolean {
    return this.who.startsWith('demo-')
  }

  holds(scope: string): boolean {
    return this.current?.scopes.some((one) => one === scope || one === '*') ?? false
  }
}

export const session = new LiveSession()
