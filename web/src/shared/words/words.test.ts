import { expect, it } from 'vitest'
import { en } from './en'
import { zh } from './zh'

function paths(node: unknown, at = ''): string[] {
  if (typeof node !== 'object' || node === null) return [at]
  return Object.entries(node).flatMap(([key, value]) => paths(value, `${at}.${key}`))
}

function leaves(node: unknown): unknown[] {
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(leaves) : [node]
}

it('has every word in both languages, the codes in its lists included', () => {
  expect(paths(zh).sort()).toEqual(paths(en).sort())
})

it('has no empty word', () => {
  for (const words of [en, zh]) expect(leaves(words).filter((word) => typeof word === 'string' && !word.trim())).toEqual([])
})

it('says something in Chinese wherever English does', () => {
  const words = leaves(en)
  const english = new Map(paths(en).map((path, index) => [path, words[index]]))
  const said = leaves(zh)
  const same = paths(zh).filter((path, index) => {
    const word = said[index]
    return typeof word === 'string' && word === english.get(path) && !path.startsWith('.languages') && /[a-z]{3}/i.test(word)
  })
  expect(same).toEqual([])
})
