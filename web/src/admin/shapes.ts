/** Shapes of the tables' entries, as the server gives them; and an empty entry of a shape. No rule: those are the server's. */
export interface FieldShape {
  field: string
  kind:
    'text' | 'number' | 'decimal' | 'flag' | 'choice' | 'codes' | 'numbers' | 'counts' | 'name' | 'place' | 'record' | 'records'
  needed: boolean
  choices: string[]
  refers: string
  fields: FieldShape[]
}
export type Entry = Record<string, unknown>
export interface Change {
  table: string
  key: string
  entry: Entry | null
}
export interface Problem {
  rule: string
  spot: { file: string; line: number; entry: string }
  what: { en: string; zh: string }
  cure: { en: string; zh: string }
  severity: 'error' | 'warning'
}
export interface Difference {
  table: string
  key: string
  before: Entry | null
  after: Entry | null
  fields: string[]
}
export interface Checked {
  version: string
  problems: Problem[]
  differences: Difference[]
  conflicts: { table: string; key: string }[]
}

export function emptyOf(shape: FieldShape): unknown {
  switch (shape.kind) {
    case 'number':
    case 'decimal':
      return 0
    case 'flag':
      return false
    case 'choice':
      return shape.needed ? (shape.choices[0] ?? '') : null
    case 'codes':
    case 'numbers':
    case 'records':
      return []
    case 'counts':
      return {}
    case 'name':
      return { en: '', zh: '' }
    case 'place':
      return { lat: 0, lon: 0 }
    case 'record':
      return emptyEntry(shape.fields)
    default:
      return ''
  }
}

/** Only what is needed: whatever is left out gets the server's own default. */
export function emptyEntry(fields: FieldShape[]): Entry {
  return Object.fromEntries(fields.filter((one) => one.needed).map((one) => [one.field, emptyOf(one)]))
}

/** One line for a value, for tables of differences. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—'
  if (Array.isArray(value)) return value.map(shown).join('; ') || '—'
  if (typeof value === 'object')
    return Object.entries(value)
      .filter(([, part]) => part !== '' && part !== null && !(Array.isArray(part) && part.length === 0))
      .map(([key, part]) => (typeof part === 'object' ? `${key}: ${shown(part)}` : `${key} ${String(part)}`))
      .join(', ')
  return String(value)
}

/** A line of the message log (`GET /messages`). Times in ms UTC; `seq_from` 0: no row of the journal came of it. */
export interface Message {
  n: number
  at: number
  source: string
  by: string
  target: string
  kind: string
  size: number
  outcome: string
  duration_us: number
  trace: string
  seq_from: number
  seq_to: number
  digest: string
  incidents: string[]
  calls: string[]
  units: string[]
}
