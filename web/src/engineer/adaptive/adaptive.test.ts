import { describe, expect, it } from 'vitest'
import { enAdaptive } from '../../shared/words/en-adaptive'
import { zhAdaptive } from '../../shared/words/zh-adaptive'
import { byWait, inOrder, type AdaptedJunction } from './adaptive'

const wait = (approach: string, worst_s: number | null) => ({ approach, name: { en: approach, zh: approach }, worst_s })
const junction = (id: string, on_plan: number, ...waits: (number | null)[]): AdaptedJunction => ({
  junction: id,
  waits: waits.map((worst_s, n) => wait(`a${n}`, worst_s)),
  detectors: 4,
  lanes: [],
  on_plan,
  faults: [],
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

describe('advice', () => {
  it('says in both languages that it drives nothing and cannot be proposed', () => {
    expect(enAdaptive.advice).toMatch(/drives no controller.*proposed/)
    expect(zhAdaptive.advice).toMatch(/不驱动.*不能提出/)
  })
})
