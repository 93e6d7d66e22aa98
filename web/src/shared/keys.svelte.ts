/** The keys that work everywhere, and the list of them that a person can read. One table for both. */
import { untrack } from 'svelte'
import type { Words } from './words/en'

export interface Key {
  /** As `KeyboardEvent.key`; several may do the same. */
  keys: string[]
  says: (words: Words) => string
  run: () => void
  /** Function keys work while typing; letters do not. */
  whileTyping?: boolean
}

class Keys {
  #keys = $state.raw<Key[]>([])

  get all(): readonly Key[] {
    return this.#keys
  }

  /** The keys of a screen, until it goes away. */
  offer(keys: Key[]): () => void {
    this.#keys = [...untrack(() => this.#keys), ...keys]
    return () => {
      this.#keys = this.#keys.filter((key) => !keys.includes(key))
    }
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const isTyping = isTextField(event.target)
    for (const key of this.#keys) {
      if (!key.keys.includes(event.key) || (isTyping && !key.whileTyping)) continue
      event.preventDefault()
      key.run()
      return
    }
  }
}

export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}

export const keys = new Keys()

/** Put the keyboard on the first of these that is there, in this order. */
export function focusOn(...selectors: string[]): void {
  for (const selector of selectors) {
    const found = document.querySelector<HTMLElement>(selector)
    if (found) return found.focus()
  }
}
