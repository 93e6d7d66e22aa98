/** What a person is typing into a field of an incident: kept in this window over updates, cuts and reloads. */
import { keep, kept } from '../../shared/kept'

export interface FieldDraft {
  /** What stands on the board as the person saw it when the typing began. */
  was: string
  typed: string
}

const KEY = 'turnout.drafts'

class Drafts {
  #all = $state<Record<string, FieldDraft>>(kept('session', KEY, {}))

  of(key: string): FieldDraft | undefined {
    return this.#all[key]
  }

  set(key: string, draft: FieldDraft | null): void {
    if (draft) this.#all[key] = draft
    else delete this.#all[key]
    const all = $state.snapshot(this.#all)
    keep('session', KEY, Object.keys(all).length ? all : null)
  }
}

export const drafts = new Drafts()
