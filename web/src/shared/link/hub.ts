/**
 * One stream per browser, shared by its windows: fans frames out to ports and brings each answer back to the window that
 * asked. Runs in the shared worker; where a browser has none, the page uses a hub of its own with one port.
 */
import type { FromServer, LinkState, ToServer } from './frames'
import { SocketLine } from './line'

export type ToHub =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'restart' }
  | { type: 'hurry' }
  | { type: 'bye' }
  | { type: 'send'; frame: ToServer }
export type FromHub = { type: 'state'; state: LinkState } | { type: 'frame'; frame: FromServer } | { type: 'unsent'; id: string }

export interface Port {
  postMessage(message: FromHub): void
}

/** Questions of a window that are waiting for an answer; a line is asked per keystroke, so old ones are forgotten. */
const ASKED_MAX = 500

export class Hub {
  #ports = new Set<Port>()
  #asked = new Map<string, Port>()
  #line: SocketLine

  constructor(url: string) {
    this.#line = new SocketLine(url, {
      state: (state) => this.#all({ type: 'state', state }),
      frame: (frame) => this.#deliver(frame),
    })
  }

  join(port: Port): void {
    this.#ports.add(port)
    port.postMessage({ type: 'state', state: this.#line.state })
    const { mirror } = this.#line
    if (mirror.seq === null) return
    port.postMessage({ type: 'frame', frame: mirror.snapshot() })
    port.postMessage({ type: 'frame', frame: { type: 'places', now: Date.now(), units: [...mirror.places.values()] } })
  }

  take(port: Port, message: ToHub): void {
    switch (message.type) {
      case 'start':
        return this.#line.start()
      case 'stop':
        return this.#line.stop()
      case 'restart':
        return this.#line.restart()
      case 'hurry':
        return this.#line.hurry()
      case 'bye':
        this.#ports.delete(port)
        return
      case 'send':
        return this.#send(port, message.frame)
    }
  }

  #send(port: Port, frame: ToServer): void {
    const sent = this.#line.send(frame)
    if (!('id' in frame)) return
    if (!sent) return port.postMessage({ type: 'unsent', id: frame.id })
    this.#asked.delete(frame.id)
    this.#asked.set(frame.id, port)
    if (this.#asked.size > ASKED_MAX) this.#asked.delete(this.#asked.keys().next().value as string)
  }

  #deliver(frame: FromServer): void {
    if (frame.type !== 'answer' && frame.type !== 'line-answer') return this.#all({ type: 'frame', frame })
    const port = this.#asked.get(frame.id)
    this.#asked.delete(frame.id)
    port?.postMessage({ type: 'frame', frame })
  }

  #all(message: FromHub): void {
    for (const port of this.#ports) port.postMessage(message)
  }
}

export function socketUrl(location: { protocol: string; host: string }): string {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/socket`
}
