/**
 * Everything that a person tells the desk goes through here. An act keeps its identity until it is answered: sent again
 * after a doubt, the desk answers as before and does it once. Acts made while cut off wait, visibly; what is older than a
 * minute is not sent without asking, because the city has moved on since.
 */
import { clock } from './clock.svelte'
import { keep, kept } from './kept'
import type { Answer, Command, LineAnswer, LineFocus, ToServer } from './link/frames'
import { stream } from './link/stream.svelte'
import { play } from './sounds'

/** An act that has waited longer is sent only when the person says so again. */
export const SENT_BY_ITSELF_MS = 60_000
/** Unanswered acts kept in one window; more than that and something else is wrong. */
const WAITING_MAX = 200
const KEY = 'turnout.outbox'

export interface Act {
  id: string
  at: number
  /** What a person calls it: the line typed, or the button pressed. */
  says: string
  what: { kind: 'command'; command: Command; purpose: string } | { kind: 'line'; text: string; focus: LineFocus }
  state: 'sent' | 'kept' | 'ask'
}

export type Outcome = Answer | LineAnswer
type Settle = (outcome: Outcome | null) => void

class Outbox {
  acts = $state<Act[]>(kept<Act[]>('session', KEY, []))
  /** The last answer that came for an act whose asker is gone (after a reload). */
  late = $state.raw<{ act: Act; refused: boolean; text: { en: string; zh: string } | null } | null>(null)
  #settle = new Map<string, Settle>()

  listen(): void {
    stream.onFrame((frame) => {
      if (frame.type === 'answer' || frame.type === 'line-answer') this.#answered(frame.id, frame)
    })
    stream.onUnsent((id) => this.#unsent(id))
    stream.onOpen(() => this.#sendKept())
    if (stream.isOpen) this.#sendKept()
  }

  get waiting(): Act[] {
    return this.acts.filter((act) => act.state !== 'sent' || clock.now - act.at > 1_500)
  }

  command(command: Command, says: string, purpose = '', id: string = crypto.randomUUID()): Promise<Answer | null> {
    const act: Act = { id, at: clock.exact(), says, what: { kind: 'command', command, purpose }, state: 'sent' }
    return this.#add(act) as Promise<Answer | null>
  }

  line(text: string, focus: LineFocus): Promise<LineAnswer | null> {
    const act: Act = {
      id: crypto.randomUUID(),
      at: clock.exact(),
      says: text,
      what: { kind: 'line', text, focus },
      state: 'sent',
    }
    return this.#add(act) as Promise<LineAnswer | null>
  }

  sendNow(id: string): void {
    const act = this.acts.find((one) => one.id === id)
    if (act) this.#send(act)
  }

  discard(id: string): void {
    this.#forget(id)
    this.#settle.get(id)?.(null)
    this.#settle.delete(id)
  }

  /** Somebody else sits here now: nothing goes out in that name unless they say so. */
  setAside(): void {
    for (const act of this.acts) act.state = 'ask'
    this.#keep()
  }

  #add(act: Act): Promise<Outcome | null> {
    if (this.acts.length >= WAITING_MAX) this.discard((this.acts[0] as Act).id)
    this.acts.push(act)
    this.#keep()
    const settled = new Promise<Outcome | null>((resolve) => this.#settle.set(act.id, resolve))
    if (stream.isOpen) this.#send(act)
    else this.#unsent(act.id)
    return settled
  }

  #send(act: Act): void {
    const live = this.acts.find((one) => one.id === act.id)
    if (live) live.state = 'sent'
    this.#keep()
    const frame: ToServer =
      act.what.kind === 'command'
        ? { type: 'command', id: act.id, command: $state.snapshot(act.what.command) as Command, purpose: act.what.purpose }
        : { type: 'line', id: act.id, text: act.what.text, cursor: act.what.text.length, focus: { ...act.what.focus }, run: true }
    stream.send(frame)
  }

  #unsent(id: string): void {
    const act = this.acts.find((one) => one.id === id)
    if (!act) return
    act.state = 'kept'
    this.#keep()
  }

  /** The connection is there: what was sent without an answer and what waited goes out, in the order it was made. */
  #sendKept(): void {
    for (const act of [...this.acts]) {
      if (act.state === 'ask') continue
      if (clock.exact() - act.at <= SENT_BY_ITSELF_MS || act.state === 'sent') this.#send(act)
      else act.state = 'ask'
    }
    this.#keep()
  }

  #answered(id: string, outcome: Outcome): void {
    const act = this.acts.find((one) => one.id === id)
    if (!act) return
    const copy = $state.snapshot(act) as Act
    this.#forget(id)
    const settle = this.#settle.get(id)
    this.#settle.delete(id)
    if (settle) return settle(outcome)
    const answer = 'ok' in outcome ? outcome : outcome.answer
    const text = answer?.text ?? ('error' in outcome ? (outcome.error?.text ?? null) : null)
    this.late = { act: copy, refused: !answer?.ok, text }
    play(answer?.ok ? 'accepted' : 'refused')
  }

  #forget(id: string): void {
    this.acts = this.acts.filter((act) => act.id !== id)
    this.#keep()
  }

  #keep(): void {
    keep('session', KEY, this.acts.length ? $state.snapshot(this.acts) : null)
  }
}

export const outbox = new Outbox()
