import { describe, expect, it } from 'vitest'
import { enAdaptive } from '../../shared/words/en-adaptive'
import { zhAdaptive } from '../../shared/words/zh-adaptive'
import { byWait, inOrder, isFlowing, type AdaptedJunction } from './adaptive'

const wait = (approach: string, worst_s: number | null) => ({ approach, name: { en: approach, zh: approach }, worst_s })
const junction = (id: string, on_plan: number, ...waits: (number | null)[]): AdaptedJunction => ({
  junction: id,
  waits: waits.map((worst_s, n) => wait(`a${n}`, worst_s)),
  detectors: 4,
  lanes: [],
  on_plan,
  faults: [],
  broken: '',
  missed: 0,
})

describe('longest waits', () => {
  it('stand together where they are the same, the longest first, and what is not promised before all', () => {
    const found = byWait([wait('a', 120), wait('b', null), wait('c', 150), wait('d', 120)])
    expect(found.map((one) => [one.worst_s, one.names.map((name) => name.en).join()])).toEqual([
      [null, 'b'],
      [150, 'c'],
      [120, 'a,d'],
    ])
  })

  it('order the junctions behind those that fell back to their plan', () => {
    const found = inOrder([junction('A', 0, 120), junction('B', 2, 90), junction('C', 0, null), junction('D', 0, null)])
    expect(found.map((one) => one.junction)).toEqual(['B', 'C', 'D', 'A'])
  })
})

describe('a standing jam', () => {
  it('on a single track is no flow, though nowhere was a gridlock', () => {
    const name = { en: 'occupied', zh: '占用' }
    expect(isFlowing({ gridlocked_before: [], gridlocked_after: [], doubts: [] })).toBe(true)
    expect(isFlowing({ gridlocked_before: [], gridlocked_after: [], doubts: [{ track: 'T', name, seeds: 2 }] })).toBe(false)
    expect(isFlowing({ gridlocked_before: [], gridlocked_after: [3], doubts: [] })).toBe(false)
    expect(isFlowing({ gridlocked_before: [1], gridlocked_after: [], doubts: [] })).toBe(false)
  })
})

describe('a broken detector', () => {
  it('that nobody has noticed is said as that', () => {
    expect(enAdaptive.brokenHere('D1', 2, 5)).toBe('broken: D1, not found with 2 of 5 seeds')
    expect(enAdaptive.brokenHere('D1', 0, 5)).not.toContain('not found')
    expect(zhAdaptive.brokenHere('D1', 2, 5)).toContain('2 个未被发现')
  })
})

describe('advice', () => {
  it('says in both languages that it drives nothing and cannot be proposed', () => {
    expect(enAdaptive.advice).toMatch(/drives no controller.*proposed/)
    expect(zhAdaptive.advice).toMatch(/不驱动.*不能提出/)
  })
})
