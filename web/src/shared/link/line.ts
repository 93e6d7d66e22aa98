/**
 * One socket to the server, kept alive: reconnects with jitter, resumes after the last sequence it has. Knows nothing of
 * windows; runs in the shared worker or, where there is none, in the page.
 */
import { PROTOCOL, asRow, type FromServer, type LinkState, type ToServer } from './frames'
import { Mirror } from './mirror'

const FIRST_WAIT_MS = 300
/** Nobody waits longer than this for the next attempt: a dispatcher is looking at the screen. */
const LONGEST_WAIT_MS = 8_000
const PING_MS = 5_000
/** A socket that has said nothing for so long is taken for dead, although the system has not noticed (a pulled cable). */
const SILENCE_MS = 12_000
const CODE_SIGNED_OFF = 4401
const CODE_LOCKED = 4423
const CODE_TOO_OLD = 4426

/** The wait before attempt `n` (from 0): doubled each time, and anywhere in its upper half, so that a hundred consoles do not come back at once. */
export function waitBefore(attempt: number, chance: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt)
  return most / 2 + (most / 2) * chance
}

export interface LineEvents {
  state(state: LinkState): void
  frame(frame: FromServer): void
}

export class SocketLine {
  mirror = new Mirror()
  state: LinkState = { stage: 'off', cut_since: null, seq: 0, lag_ms: null, server_now: null, version: '' }
  #socket: WebSocket | null = null
  #attempt = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #beat: ReturnType<typeof setInterval> | undefined
  #heard = 0
  #wanted = false

  constructor(
    private readonly url: string,
    private readonly events: LineEvents,
  ) {}

  start(): void {
    if (this.#wanted && this.#socket) return
    this.#wanted = true
    this.#attempt = 0
    this.#connect()
  }

  /** Signed off: whoever signs on next may see other rows, so nothing is kept. */
  stop(): void {
    this.#end()
  }

  /** Somebody has signed on: connect as them, whoever was connected before. */
  restart(): void {
    this.#drop()
    this.mirror = new Mirror()
    this.#wanted = true
    this.#attempt = 0
    this.#connect()
  }

  /** Try at once: the system says that the network is back, or a person pressed for it. */
  hurry(): void {
    if (!this.#wanted || this.state.stage === 'open' || this.state.stage === 'too-old') return
    this.#attempt = 0
    this.#connect()
  }

  /** False where it could not be sent; the caller keeps it. */
  send(frame: ToServer): boolean {
    if (this.state.stage !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  #connect(): void {
    this.#drop()
    this.#tell({ stage: 'connecting', cut_since: this.state.cut_since ?? Date.now() })
    const socket = new WebSocket(this.url)
    this.#socket = socket
    socket.onopen = () => {
      this.#heard = Date.now()
      const hello: ToServer = {
        type: 'hello',
        protocol: PROTOCOL,
        resume_after: this.mirror.seq,
        mark: this.mirror.mark,
        language: 'en',
        board: true,
        places: true,
        line: true,
      }
      socket.send(JSON.stringify(hello))
    }
    socket.onmessage = (message: MessageEvent<string>) => {
      if (this.#socket === socket) this.#take(asRow(JSON.parse(message.data) as FromServer))
    }
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#closed(event.code)
    }
    this.#beat = setInterval(() => this.#keepAlive(), PING_MS)
  }

  #take(frame: FromServer): void {
    this.#heard = Date.now()
    switch (frame.type) {
      case 'welcome':
        this.#attempt = 0
        this.#tell({ stage: 'open', cut_since: null, server_now: frame.now, version: frame.version })
        break
      case 'too-old':
        this.#tooOld()
        return
      case 'snapshot':
      case 'changes':
        this.mirror.take(frame)
        this.state = { ...this.state, seq: frame.seq }
        break
      case 'places':
        this.mirror.takePlaces(frame.units)
        break
      case 'pong':
        this.#tell({ lag_ms: Math.max(0, Date.now() - frame.at), server_now: frame.now })
        return
      case 'cut':
        if (frame.reason === 'signed-off') this.#end()
        return
      case 'answer':
      case 'line-answer':
        break
    }
    this.events.frame(frame)
  }

  #closed(code: number): void {
    this.#drop()
    if (code === CODE_TOO_OLD) return this.#tooOld()
    if (code === CODE_SIGNED_OFF || code === CODE_LOCKED) return this.#end()
    if (!this.#wanted) return
    this.#tell({ stage: 'connecting', cut_since: this.state.cut_since ?? Date.now() })
    this.#retry = setTimeout(() => this.#connect(), waitBefore(this.#attempt++, Math.random()))
  }

  #end(): void {
    this.#wanted = false
    this.#drop()
    this.mirror = new Mirror()
    this.#tell({ stage: 'signed-off', cut_since: null })
  }

  #tooOld(): void {
    this.#wanted = false
    this.#drop()
    this.#tell({ stage: 'too-old', cut_since: this.state.cut_since ?? Date.now() })
  }

  #keepAlive(): void {
    if (Date.now() - this.#heard > SILENCE_MS) return this.#closed(0)
    this.send({ type: 'ping', at: Date.now() })
  }

  #drop(): void {
    clearTimeout(this.#retry)
    clearInterval(this.#beat)
    const socket = this.#socket
    this.#socket = null
    if (socket) {
      socket.onclose = socket.onmessage = socket.onopen = null
      socket.close()
    }
  }

  #tell(part: Partial<LinkState>): void {
    this.state = { ...this.state, ...part }
    this.events.state(this.state)
  }
}
