/** This window's end of the stream: the live link state, and where the frames go. */
import { clock } from '../clock.svelte'
import type { FromServer, LinkState, ToServer } from './frames'
import { Hub, socketUrl, type FromHub, type Port, type ToHub } from './hub'

type Listener = (frame: FromServer) => void

class Stream {
  state = $state.raw<LinkState>({ stage: 'off', cut_since: null, seq: 0, lag_ms: null, server_now: null, version: '' })
  #tell: (message: ToHub) => void = () => {}
  #listeners: Listener[] = []
  #unsent: ((id: string) => void)[] = []
  #opened: (() => void)[] = []

  open(): void {
    this.#tell = this.#join()
    window.addEventListener('online', () => this.#tell({ type: 'hurry' }))
    window.addEventListener('pagehide', () => this.#tell({ type: 'bye' }))
    // A page that comes back from the browser's own cache has said goodbye: it must join again.
    window.addEventListener('pageshow', (event) => {
      if (event.persisted) location.reload()
    })
  }

  get isOpen(): boolean {
    return this.state.stage === 'open'
  }

  start(): void {
    this.#tell({ type: 'start' })
  }

  stop(): void {
    this.#tell({ type: 'stop' })
  }

  /** Connect anew, as whoever has just signed on. */
  restart(): void {
    this.#tell({ type: 'restart' })
  }

  hurry(): void {
    this.#tell({ type: 'hurry' })
  }

  send(frame: ToServer): void {
    this.#tell({ type: 'send', frame })
  }

  onFrame(listener: Listener): void {
    this.#listeners.push(listener)
  }

  onUnsent(listener: (id: string) => void): void {
    this.#unsent.push(listener)
  }

  /** Called whenever the connection is there again. */
  onOpen(listener: () => void): void {
    this.#opened.push(listener)
  }

  #join(): (message: ToHub) => void {
    if (typeof SharedWorker !== 'undefined') {
      const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'turnout-stream' })
      worker.port.onmessage = (event: MessageEvent<FromHub>) => this.#take(event.data)
      worker.port.start()
      return (message) => worker.port.postMessage(message)
    }
    const hub = new Hub(socketUrl(location))
    const port: Port = { postMessage: (message) => queueMicrotask(() => this.#take(message)) }
    hub.join(port)
    return (message) => hub.take(port, message)
  }

  #take(message: FromHub): void {
    switch (message.type) {
      case 'state': {
        const wasOpen = this.isOpen
        this.state = message.state
        if (message.state.server_now !== null && message.state.stage === 'open') clock.set(message.state.server_now)
        if (this.isOpen && !wasOpen) this.#opened.forEach((listener) => listener())
        return
      }
      case 'frame':
        if ('seq' in message.frame) this.state = { ...this.state, seq: message.frame.seq }
        return this.#listeners.forEach((listener) => listener(message.frame))
      case 'unsent':
        return this.#unsent.forEach((listener) => listener(message.id))
    }
  }
}

export const stream = new Stream()
