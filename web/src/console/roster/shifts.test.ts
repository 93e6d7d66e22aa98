import { describe, expect, it } from 'vitest'
import { byDay, kilometres, legsOf, localOf, written } from './shifts'
import type { Shift } from '../../shared/rows'
import { momentInCity } from '../../shared/format'

const shift = (unit: string, begins: number): Shift => ({ unit, begins, id: unit + begins }) as Shift

describe('shifts', () => {
  it('are listed by day, the earliest first, units in their order', () => {
    const days = byDay([shift('E10', 50), shift('E2', 50), shift('E1', 10)], (at) => (at < 40 ? 'first' : 'second'))
    expect(days.map((day) => [day.day, day.shifts.map((one) => one.unit)])).toEqual([
      ['first', ['E1']],
      ['second', ['E2', 'E10']],
    ])
  })

  it('are edited in the city’s time, there and back', () => {
    for (const zone of ['America/Los_Angeles', 'Asia/Shanghai', 'UTC'])
      expect(momentInCity(localOf(1_767_366_000_000, zone), zone)).toBe(1_767_366_000_000)
  })

  it('leave out crew rows without a staff number and split equipment at commas of either kind', () => {
    const crew = [
      { staff: ' 1 ', name: 'Li', skills: [] },
      { staff: ' ', name: 'nobody', skills: [] },
    ]
    expect(written({ crew, vehicle: ' V1', equipment: 'drone，saw、 , pump', station: '' })).toEqual({
      crew: [{ staff: '1', name: 'Li', skills: [] }],
      vehicle: 'V1',
      equipment: ['drone', 'saw', 'pump'],
      station: '',
    })
  })
})

describe('kilometres', () => {
  it('are the difference between two readings, and nothing where one is missing or runs back', () => {
    const legs = legsOf({ 'on-scene': 3, dispatched: 1, enroute: 2, ended: 4 }, { enroute: 10, 'on-scene': 12.5, ended: 12 })
    expect(legs.map((leg) => [leg.stage, leg.driven])).toEqual([
      ['dispatched', null],
      ['enroute', null],
      ['on-scene', 2.5],
      ['ended', null],
    ])
  })

  it('are taken with a comma or a point, and never guessed', () => {
    expect([kilometres('12,5'), kilometres('12.5'), kilometres(''), kilometres('x'), kilometres('-1')]).toEqual([
      12.5,
      12.5,
      null,
      null,
      null,
    ])
  })
})
