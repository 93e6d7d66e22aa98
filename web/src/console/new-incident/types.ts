/** Finding an incident type by name, code or short form. Pure. */
import type { IncidentType } from '../../shared/rows'

export function findTypes(types: readonly IncidentType[], typed: string, most = 10): IncidentType[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return []
  return types
    .map((type) => ({ type, rank: rank(type, wanted) }))
    .filter((found) => found.rank < 9)
    .sort((a, b) => a.rank - b.rank || a.type.priority - b.type.priority || a.type.code.localeCompare(b.type.code))
    .slice(0, most)
    .map((found) => found.type)
}

/** 0 is the best: the code itself; 9 is no match. */
function rank(type: IncidentType, wanted: string): number {
  const code = type.code.toLowerCase()
  const aliases = type.aliases.map((alias) => alias.toLowerCase())
  const names = [type.name.en.toLowerCase(), type.name.zh]
  if (code === wanted || aliases.includes(wanted)) return 0
  if (names.some((name) => name === wanted)) return 1
  if (code.startsWith(wanted) || aliases.some((alias) => alias.startsWith(wanted))) return 2
  if (names.some((name) => name.startsWith(wanted))) return 3
  const words = wanted.split(/\s+/)
  const all = [code, ...aliases, ...names].join(' ')
  if (words.every((word) => new RegExp(`(^|[\\s(-])${escape(word)}`).test(all))) return 4
  if (words.every((word) => all.includes(word))) return 5
  return 9
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
