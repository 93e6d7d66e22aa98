/** The draft of a new incident: kept in this window field by field until it is opened or discarded. */
import { city } from '../../shared/city.svelte'
import { keep, kept } from '../../shared/kept'
import type { Call, Location } from '../../shared/rows'
import { selection } from '../../shared/selection.svelte'
import type { Suggestion } from './places'

const KEY = 'turnout.form'

export interface Draft {
  place: string
  location: Location | null
  type: string
  typeText: string
  narrative: string
  floor: string
  priority: number | null
  priorityReason: string
  hold: boolean
  /** Wall time in the city at which a scheduled incident starts; empty: now. */
  startsAt: string
  /** Identity of the caller's card and of the entry, made once: pressing again after a trouble does nothing twice. */
  joinId: string
  callerName: string
  callback: string
  callId: string
  channel: string
  notDuplicateOf: string[]
}

export function emptyDraft(): Draft {
  return {
    place: '',
    location: null,
    type: '',
    typeText: '',
    narrative: '',
    floor: '',
    priority: null,
    priorityReason: '',
    hold: false,
    startsAt: '',
    joinId: '',
    callerName: '',
    callback: '',
    callId: '',
    channel: '',
    notDuplicateOf: [],
  }
}

/** An alarm's kind says its type by the city's table (1.16); else what the call suggests. */
function typeOf(call: Call): string {
  return city.tables?.alarm_kinds?.[call.alarm_kind]?.type ?? call.suggested_type
}

/** What the caller has said so far: of a written conversation, all of it. */
function saidIn(call: Call): string {
  const written = call.messages.filter((one) => one.direction === 'in').map((one) => one.text)
  return written.join('\n') || call.text
}

class NewIncidentForm {
  draft = $state<Draft>({ ...emptyDraft(), ...kept<Partial<Draft>>('session', KEY, {}) })
  suggestions = $state.raw<Suggestion[]>([])

  set(part: Partial<Draft>): void {
    Object.assign(this.draft, part)
    keep('session', KEY, $state.snapshot(this.draft))
  }

  get isEmpty(): boolean {
    return !this.draft.place && !this.draft.typeText && !this.draft.narrative && !this.draft.callId
  }

  discard(): void {
    this.draft = emptyDraft()
    this.suggestions = []
    keep('session', KEY, null)
  }

  /** What a call brings is never asked again. A draft that somebody is typing keeps what it has. */
  fromCall(call: Call): void {
    if (this.draft.callId && this.draft.callId !== call.id) this.discard()
    const { draft } = this
    this.set({
      callId: call.id,
      channel: call.channel,
      place: draft.place || (call.location?.text ?? ''),
      location: draft.place ? draft.location : call.location,
      type: draft.type || typeOf(call),
      narrative: draft.narrative || saidIn(call),
    })
    selection.openForm()
  }
}

export const form = new NewIncidentForm()
