/** Asking the server on the administrator's pages: one trouble at a time, said where one looks. */
import { Problem } from '../shared/api'
import { desk } from '../shared/desk.svelte'
import { t } from '../shared/words/tongue.svelte'

/** What came of it, or undefined where it was refused: then the refusal is on the screen. */
export async function asked<T>(says: string, how: () => Promise<T>, quietly = false): Promise<T | undefined> {
  try {
    const outcome = await how()
    if (!quietly) desk.tell('accepted', says, null)
    return outcome
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    const text = problem.detail || t().problem.offline
    desk.tell('refused', says, { en: text, zh: text })
    return undefined
  }
}
