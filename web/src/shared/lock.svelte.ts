/**
 * A console that is locked. The page stays as it is under a cover (console/sign-in/Cover.svelte); the server knows of it and
 * answers this session nothing but what the cover needs. All windows of a browser have one session: they lock and open together.
 */
import { api, Problem } from './api'
import { city } from './city.svelte'
import { idleOf, touchedAsOf } from './idle'
import { flushed, keep, kept, namesKept, takeKey } from './kept'
import { stream } from './link/stream.svelte'
import { outbox } from './outbox.svelte'
import { session, type Session } from './session.svelte'

const LOCKED_KEY = 'turnout.locked'
const TOUCHED_KEY = 'turnout.touched'
const TICK_MS = 1_000
/** The server did not hear of the lock: it is told until it does. */
const AGAIN_MS = 2_000
const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'touchstart', 'wheel'] as const
/** What belongs to the place, not to the person: it stays at a hand-over. */
const OF_THE_PLACE = ['turnout.map.elsewhere', 'turnout.selection.incident', 'turnout.form.open', 'turnout.line.past']

/** Names a session beyond doubt: a person's next one ends at another moment. */
const markOf = (one: Session) => `${one.actor} ${one.expires ?? 0}`

class Lock {
  closed = $state(false)
  /** Seconds until it locks itself; null: not soon. */
  left_s = $state<number | null>(null)
  /** Whose half-typed text is still here while somebody else has taken over already. */
  leftBy = $state<string | null>(null)
  /** Whether the page may be built: once it has been open, it stays as it is under the cover. */
  wasOpen = $state(false)
  #touched = Date.now()
  #again: ReturnType<typeof setTimeout> | undefined

  /** `byItself`: whether this window locks itself. A wall has no keyboard; it is covered when its session is locked. */
  listen(byItself: boolean): void {
    for (const touch of TOUCHES) window.addEventListener(touch, () => this.#touch(), { capture: true, passive: true })
    window.addEventListener('storage', (event) => {
      if (event.key === LOCKED_KEY) void this.#heard()
    })
    if (byItself) setInterval(() => this.#tick(), TICK_MS)
  }

  /** The session is known, or is another one now. */
  follow(now: Session | null): void {
    if (!now) {
      this.closed = this.wasOpen = false
      this.leftBy = null
      return
    }
    if (now.locked || kept('local', LOCKED_KEY, '') === markOf(now)) this.#cover(now)
    else if (!this.closed) this.wasOpen = true
  }

  close(): void {
    const now = session.current
    // A station's screen hangs where nobody signs in; it only answers its own station's alarms.
    if (!now || now.station || this.closed) return
    keep('local', LOCKED_KEY, markOf(now))
    this.#cover(now)
  }

  /** Signed in from the cover: as the same person, or as the next one. */
  open(me: Session): void {
    clearTimeout(this.#again)
    const before = session.current?.actor ?? ''
    keep('local', LOCKED_KEY, null)
    this.#touch()
    if (before !== me.actor) return this.#handOver(before, me)
    session.take(me)
    stream.restart()
    this.closed = false
    this.wasOpen = true
  }

  /** The next person goes on, with what was written or without. The page begins anew: nothing the other one opened is in it. */
  goOn(keepsDrafts: boolean): void {
    if (keepsDrafts) outbox.setAside()
    else for (const name of drafts()) keep('session', name, null)
    for (const name of keepsDrafts ? ['turnout.line.past'] : ['turnout.line.past', 'turnout.form.open'])
      keep('session', name, null)
    void flushed().finally(() => location.reload())
  }

  #handOver(before: string, me: Session): void {
    const isWritten = this.wasOpen ? hasTyped() || drafts().length > 0 : drafts().length > 0
    if (!isWritten) return void takeKey(me.drafts_key ?? '').finally(() => this.goOn(false))
    session.take(me)
    this.leftBy = before
  }

  #cover(now: Session): void {
    this.left_s = null
    if (this.closed) return
    this.closed = true
    if (!now.locked) void this.#tell()
  }

  async #tell(): Promise<void> {
    clearTimeout(this.#again)
    try {
      await api.post('/session/lock')
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 401) return void session.load().catch(() => undefined)
      if (this.closed) this.#again = setTimeout(() => void this.#tell(), AGAIN_MS)
    }
  }

  /** Another window of this browser locked or unlocked. */
  async #heard(): Promise<void> {
    const before = session.current
    if (!before) return
    const mark = kept('local', LOCKED_KEY, '')
    if (mark) return mark === markOf(before) ? this.#cover({ ...before, locked: true }) : undefined
    const me = await api.get<Session>('/session').catch(() => null)
    if (me && !me.locked && this.closed && !this.leftBy) this.open(me)
  }

  #touch(): void {
    const now = Date.now()
    if (now - this.#touched >= TICK_MS || now < this.#touched) keep('local', TOUCHED_KEY, now)
    this.#touched = now
    this.left_s = null
  }

  #tick(): void {
    const now = session.current
    if (!now || now.station || this.closed || !city.known) return
    const here = Date.now()
    this.#touched = touchedAsOf(Math.max(this.#touched, kept('local', TOUCHED_KEY, 0)), here)
    const idle = idleOf(this.#touched, here, city.known.lock_min)
    this.left_s = idle.stage === 'soon' ? idle.left_s : null
    if (idle.stage === 'due') this.close()
  }
}

/** Drafts and acts not sent, as this window keeps them. */
function drafts(): string[] {
  return namesKept().filter((name) => !OF_THE_PLACE.includes(name))
}

type Field = HTMLInputElement | HTMLTextAreaElement
const typed = new Set<Field>()
if (typeof document !== 'undefined')
  document.addEventListener(
    'input',
    ({ target }) => {
      if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return
      if (!target.closest('[data-cover]')) typed.add(target)
    },
    { capture: true },
  )

function hasTyped(): boolean {
  for (const field of typed) if (!field.isConnected) typed.delete(field)
  return [...typed].some((field) => field.value.trim() !== '')
}

export const lock = new Lock()
