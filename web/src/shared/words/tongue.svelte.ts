/** The language of this screen, switchable live, and the words in it. */
import type { Name } from '../rows'
import { en, type Words } from './en'
import { zh } from './zh'
import { preferences } from '../preferences.svelte'

export type Language = 'en' | 'zh-CN'

const catalogues: Record<Language, Words> = { en, 'zh-CN': zh }

/** The words in the chosen language. Reading it inside markup or `$derived` makes the text follow the language. */
export function t(): Words {
  return catalogues[preferences.language]
}

/** A name from the city's tables in the chosen language; falls back to the other one, never to nothing. */
export function spoken(name: Name | undefined | null, code = ''): string {
  if (!name) return code
  return (preferences.language === 'zh-CN' ? name.zh || name.en : name.en || name.zh) || code
}

/** Text that the server gives in both languages. */
export function inTongue(text: { en: string; zh: string } | undefined | null): string {
  return spoken(text)
}

/** Who did it, as a person reads it: accounts by their name, programs (`program:NAME`) as such. */
export function actor(id: string): string {
  const program = /^program:(.*)$/.exec(id)?.[1]
  if (program === undefined) return id
  return program === 'simulated-city' ? t().who.simulated : t().who.program(program)
}

export function switchLanguage(): void {
  preferences.language = preferences.language === 'en' ? 'zh-CN' : 'en'
}
