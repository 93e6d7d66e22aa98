/** What a person has chosen on this computer: language, theme, sound. Survives a reload; told to the other windows. */
import { keep, kept } from './kept'

interface Preferences {
  language: 'en' | 'zh-CN'
  theme: 'dark' | 'light' | 'system'
  sound: boolean
}

const KEY = 'turnout.preferences'
const browserLanguage = typeof navigator !== 'undefined' && navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
const usual: Preferences = { language: browserLanguage, theme: 'dark', sound: true }

class LivePreferences {
  #all = $state<Preferences>({ ...usual, ...kept<Partial<Preferences>>('local', KEY, {}) })

  get language(): Preferences['language'] {
    return this.#all.language
  }
  set language(language: Preferences['language']) {
    this.#set({ language })
  }
  get theme(): Preferences['theme'] {
    return this.#all.theme
  }
  set theme(theme: Preferences['theme']) {
    this.#set({ theme })
  }
  get sound(): boolean {
    return this.#all.sound
  }
  set sound(sound: boolean) {
    this.#set({ sound })
  }

  #set(part: Partial<Preferences>): void {
    Object.assign(this.#all, part)
    keep('local', KEY, $state.snapshot(this.#all))
    this.show()
  }

  /** Put theme and language onto the document. */
  show(): void {
    if (typeof document === 'undefined') return
    const isLight =
      this.#all.theme === 'light' || (this.#all.theme === 'system' && matchMedia('(prefers-color-scheme: light)').matches)
    document.documentElement.dataset.theme = isLight ? 'light' : 'dark'
    document.documentElement.lang = this.#all.language
  }

  /** Another window of this browser chose differently. */
  follow(): void {
    window.addEventListener('storage', (event) => {
      if (event.key !== KEY) return
      Object.assign(this.#all, usual, kept<Partial<Preferences>>('local', KEY, {}))
      this.show()
    })
  }
}

export const preferences = new LivePreferences()

export function isDark(): boolean {
  return preferences.theme === 'dark' || (preferences.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
}
