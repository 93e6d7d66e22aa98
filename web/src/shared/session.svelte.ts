/** Who sits here. */
import { api, isWeb, Problem } from './api'
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
}

class LiveSession {
  current = $state.raw<Session | null>(null)
  checked = $state(false)

  async load(): Promise<void> {
    try {
      this.current = await api.get<Session>('/session')
    } catch (trouble) {
      if (!(trouble instanceof Problem) || trouble.status === 0) throw trouble
      this.current = null
    }
    this.checked = true
  }

  take(session: Session): void {
    this.current = session
    this.checked = true
  }

  async end(): Promise<void> {
    let next = '/'
    try {
      // Whose account is an identity provider's is signed off there too: the next one at this console is somebody else.
      const { url } = await api.post<{ url: string }>('/session/leave')
      if (isWeb(url)) next = url
    } finally {
      stream.stop()
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
