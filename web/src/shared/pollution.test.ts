import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { Mirror } from './link/mirror'

type Frame = Parameters<Mirror['take']>[0]
const HOSTILE = '{"__proto__":{"free":true,"polluted":1},"constructor":{"prototype":{"polluted":1}},"E7":{"id":"E7"}}'

beforeAll(async () => {
  await import('./no-pollution')
})

describe('a name that reaches for what every object inherits', () => {
  it('is a row like any other', () => {
    const mirror = new Mirror()
    for (const kind of ['snapshot', 'changes'] as const) {
      const rows = { units: JSON.parse(HOSTILE) }
      mirror.take({ type: kind, seq: 1, tables: rows, put: rows, drop: {} } as unknown as Frame)
      expect(Object.getPrototypeOf(mirror.tables.units)).toBe(Object.prototype)
      expect(Object.keys(mirror.tables.units).sort()).toEqual(['E7', '__proto__', 'constructor'])
    }
    mirror.take({ type: 'changes', seq: 2, put: {}, drop: { units: ['__proto__'] } } as unknown as Frame)
    expect(Object.keys(mirror.tables.units).sort()).toEqual(['E7', 'constructor'])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('hangs nothing onto it by any way of writing', () => {
    const kept: Record<string, Record<string, unknown>> = {}
    const name = '__proto__'
    kept[name] = { polluted: 1 }
    expect(Object.keys(kept)).toEqual([name])
    const { prototype } = {}.constructor as unknown as { prototype: Record<string, unknown> }
    expect(() => Object.assign(prototype, { polluted: 1 })).toThrow(TypeError)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it.each(['main.ts', 'shared/link/worker.ts'])('is met before anything else is loaded: %s', (entry) => {
    const text = readFileSync(new URL(`../${entry}`, import.meta.url), 'utf-8')
    expect(/import\s[^\n]*/.exec(text)?.[0]).toMatch(/no-pollution'/)
  })
})
