/** Acting: one function by which every button speaks to the desk, with the sound and the sign of its answer. */
import type { Answer, Both, Command } from './link/frames'
import { outbox } from './outbox.svelte'
import { play } from './sounds'

export interface Notice {
  id: number
  at: number
  kind: 'accepted' | 'refused'
  says: string
  text: Both | null
  /** Where a refusal may be gone over: does it again, with the reason. */
  anyway?: (reason: string) => void
}

/** How long a notice of success stays; a refusal stays until the next act or until it is closed. */
const NOTICE_MS = 4_000

class Desk {
  notice = $state.raw<Notice | null>(null)
  /** How many answers have come, and what the last one was. */
  count = $state(0)
  last = $state<Notice['kind'] | ''>('')

  /** Do it. Resolves with the answer; null when the person discarded the act while it was waiting. */
  async act(command: Command, says: string, purpose = '', id?: string): Promise<Answer | null> {
    const answer = await outbox.command(command, says, purpose, id)
    const anyway = answer?.override
      ? (override: string) => void this.act({ ...command, override } as Command, says, purpose)
      : undefined
    if (answer) this.tell(answer.ok ? 'accepted' : 'refused', says, answer.text ?? null, anyway)
    return answer
  }

  tell(kind: Notice['kind'], says: string, text: Both | null, anyway?: (reason: string) => void): void {
    const notice: Notice = { id: ++this.count, at: Date.now(), kind, says, text, anyway }
    this.notice = notice
    this.last = kind
    play(kind)
    if (kind === 'accepted') setTimeout(() => this.notice?.id === notice.id && this.dismiss(), NOTICE_MS)
  }

  dismiss(): void {
    this.notice = null
  }
}

export const desk = new Desk()
