/**
 * The command line's text, completions and history. The server reads and explains every keystroke; nothing here knows what
 * a command means. What is typed is kept in this window and is never replaced by anything but the person.
 */
import { desk } from '../../shared/desk.svelte'
import { keep, kept } from '../../shared/kept'
import type { Answer, LineAnswer, LineFocus } from '../../shared/link/frames'
import { stream } from '../../shared/link/stream.svelte'
import { outbox } from '../../shared/outbox.svelte'
import { selection } from '../../shared/selection.svelte'

const HISTORY_MAX = 100
const ASK_AFTER_MS = 25
/** A line holds the next one back for so long; an answer that takes longer is waited for in the outbox. */
const HOLDS_MS = 4_000

export interface Past {
  text: string
  accepted: boolean
}

class CommandLine {
  text = $state(kept('session', 'turnout.line', ''))
  answer = $state.raw<LineAnswer | null>(null)
  /** The text that `answer` is about: while one types on, it lags a moment behind. */
  answeredFor = $state('')
  /** Which completion is pointed at; -1: none, Enter runs the line. */
  pointed = $state(-1)
  past = $state<Past[]>(kept('session', 'turnout.line.past', []))
  isRunning = $state(false)
  /** Effects of the last line that ran, for the console to follow. */
  effects = $state.raw<Record<string, unknown> | null>(null)
  #asked = ''
  #askedText = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #pastAt = -1
  #before = ''

  listen(): void {
    stream.onFrame((frame) => {
      if (frame.type === 'line-answer' && frame.id === this.#asked) {
        this.answer = frame
        this.answeredFor = this.#askedText
        this.pointed = -1
      }
    })
    stream.onOpen(() => this.ask(this.text.length))
  }

  get focus(): LineFocus {
    const focus: LineFocus = {}
    if (selection.incident) focus.incident = selection.incident
    if (selection.unit) focus.unit = selection.unit
    return focus
  }

  get isAnswered(): boolean {
    return this.answer !== null && this.answeredFor === this.text
  }

  /** It is not wrong, only not finished: what is wanted comes where the text ends, or what is typed can be completed. */
  get isUnfinished(): boolean {
    const error = this.answer?.error
    return error?.code === 'wanted' && (this.completions.length > 0 || error.at >= this.answeredFor.trimEnd().length)
  }

  get completions() {
    return this.text.trim() ? (this.answer?.completions ?? []) : []
  }

  typed(text: string, cursor: number): void {
    this.text = text
    this.#pastAt = -1
    keep('session', 'turnout.line', text)
    this.ask(cursor)
  }

  /** What would this line do? Asked shortly after the last key; an answer to an older question is not shown. */
  ask(cursor: number): void {
    clearTimeout(this.#timer)
    if (!this.text.trim()) {
      this.answer = null
      this.#asked = ''
      return
    }
    this.#timer = setTimeout(() => {
      this.#asked = crypto.randomUUID()
      this.#askedText = this.text
      stream.send({ type: 'line', id: this.#asked, text: this.text, cursor, focus: this.focus, run: false })
    }, ASK_AFTER_MS)
  }

  point(by: number): void {
    const count = this.completions.length
    if (!count) return
    this.pointed = (this.pointed + by + count + 1) % (count + 1)
    if (this.pointed === count) this.pointed = -1
  }

  complete(index = Math.max(0, this.pointed)): boolean {
    const completion = this.completions[index]
    if (!completion) return false
    this.pointed = -1
    this.typed(completion.text, completion.text.length)
    return true
  }

  earlier(by: number): void {
    if (!this.past.length) return
    if (this.#pastAt < 0) this.#before = this.text
    const at = Math.min(Math.max(this.#pastAt + by, -1), this.past.length - 1)
    const text = at < 0 ? this.#before : (this.past[at] as Past).text
    this.typed(text, text.length)
    this.#pastAt = at
  }

  clear(): void {
    this.typed('', 0)
  }

  /** Run the line. It is emptied at once only when it has been taken or kept; a refused line stays to be mended. */
  async run(text = this.text, focus = this.focus): Promise<LineAnswer | null> {
    const line = text.trim()
    if (!line || this.isRunning) return null
    const isTyped = text === this.text
    const isCut = !stream.isOpen
    if (isCut && isTyped) this.clear()
    this.isRunning = !isCut
    const holds = setTimeout(() => (this.isRunning = false), HOLDS_MS)
    const answer = await outbox.line(line, focus)
    clearTimeout(holds)
    this.isRunning = false
    if (!answer) return null
    // A line that could not even be read comes back as a plain refusal.
    if (!('understood' in answer)) {
      const refusal = answer as unknown as Answer
      desk.tell('refused', line, refusal.text ?? null)
      return null
    }
    const accepted = answer.ran ? (answer.answer?.ok ?? true) : answer.understood && !answer.error
    this.#remember(line, accepted)
    if (accepted && isTyped && this.text.trim() === line) this.clear()
    else if (isTyped && this.text.trim() === line) {
      this.answer = answer
      this.answeredFor = this.text
    }
    const trouble = answer.answer?.text ?? answer.error?.text ?? null
    const anyway = answer.answer?.override ? (reason: string) => void this.#anyway(line, focus, reason) : undefined
    desk.tell(accepted ? 'accepted' : 'refused', line, accepted ? (answer.answer?.text ?? answer.explain) : trouble, anyway)
    if (accepted) this.effects = { ...answer.effects, ...(answer.answer?.outcome ? { outcome: answer.answer.outcome } : {}) }
    return answer
  }

  /** The refused line again, as it was meant then, with the reason where its free text stands. */
  async #anyway(line: string, focus: LineFocus, reason: string): Promise<void> {
    const [head = '', ...note] = line.split(/[;；]/)
    const said = [
      note
        .join(';')
        .replace(/^[\s!！]+/, '')
        .trim(),
      reason,
    ]
      .filter(Boolean)
      .join('; ')
    const answer = await this.run(`${head.trim()}; !${said}`, focus)
    if (answer?.answer?.ok && this.text.trim() === line) this.clear()
  }

  #remember(text: string, accepted: boolean): void {
    this.past = [{ text, accepted }, ...this.past.filter((one) => one.text !== text)].slice(0, HISTORY_MAX)
    keep('session', 'turnout.line.past', $state.snapshot(this.past))
    this.#pastAt = -1
  }
}

export const commandLine = new CommandLine()
