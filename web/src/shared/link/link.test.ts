import { describe, expect, it } from 'vitest'
import { asRow, type FromServer } from './frames'
import { waitBefore } from './line'
import { Mirror } from './mirror'

const snapshot = (seq: number, units: object): FromServer & { type: 'snapshot' } => ({
  type: 'snapshot',
  seq,
  tables: { units } as never,
})

describe('the mirror', () => {
  it('puts and drops rows, and remembers the sequence to resume after', () => {
    const mirror = new Mirror()
    mirror.take(snapshot(5, { E07: { id: 'E07' }, E08: { id: 'E08' } }))
    mirror.take({
      type: 'changes',
      seq: 6,
      mark: 'a1',
      put: { units: { E09: { id: 'E09' } } } as never,
      drop: { units: ['E08'] },
    })
    expect(Object.keys(mirror.tables.units)).toEqual(['E07', 'E09'])
    expect(mirror.seq).toBe(6)
    expect(mirror.mark).toBe('a1')
  })

  it('forgets what a fresh snapshot no longer has', () => {
    const mirror = new Mirror()
    mirror.take(snapshot(5, { E07: {} }))
    mirror.take(snapshot(9, { E08: {} }))
    expect(Object.keys(mirror.tables.units)).toEqual(['E08'])
  })

  it('hands a new window what is true of the board as a whole', () => {
    const mirror = new Mirror()
    mirror.take({
      type: 'snapshot',
      seq: 1,
      tables: { board: { board: { exercise: true, catalogue: 'v1', uncovered: [], ground: '' } } },
    })
    expect(mirror.snapshot().tables.board?.board?.exercise).toBe(true)
  })
})

describe('a frame as it comes', () => {
  it('says of the board as a whole what stands beside its tables', () => {
    const wire = { type: 'changes', seq: 2, put: {}, drop: {}, exercise: true, catalogue: 'v2', uncovered: ['fire'], ground: 'g' }
    const mirror = new Mirror()
    mirror.take(asRow(wire as never) as FromServer & { type: 'changes' })
    expect(mirror.whole).toEqual({ exercise: true, catalogue: 'v2', uncovered: ['fire'], ground: 'g' })
  })
})

describe('reconnecting', () => {
  it('waits longer each time, never beyond eight seconds', () => {
    expect(waitBefore(0, 1)).toBe(300)
    expect(waitBefore(1, 1)).toBe(600)
    expect(waitBefore(30, 1)).toBe(8_000)
  })

  it('spreads a hundred consoles over half of the wait', () => {
    expect(waitBefore(3, 0)).toBe(waitBefore(3, 1) / 2)
  })
})
