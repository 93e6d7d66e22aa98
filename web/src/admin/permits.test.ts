import { expect, test } from 'vitest'
import type { SignalPermit } from '../shared/rows'
import { armedOf, firstEnd, hoursSaid, junctionsIn, minuteOf } from './permits'

const permit: SignalPermit = {
  id: 'P1',
  junctions: ['J1', 'J2', 'J3', 'J4'],
  hours: [],
  authority: 'office',
  by: 'tess',
  at: 0,
  armed: ['J3', 'J1', 'J2'],
  until: { J1: 2_000, J2: 1_000 },
  armed_by: 'tess',
}

test('armed is what has an end that is still to come', () => {
  expect(armedOf(permit, 999)).toEqual(['J1', 'J2'])
  expect(armedOf(permit, 1_000)).toEqual(['J1'])
  expect(armedOf(permit, 2_000)).toEqual([])
})

test('the first end is shown', () => {
  expect(firstEnd(permit, 0)).toBe(1_000)
  expect(firstEnd(permit, 1_500)).toBe(2_000)
  expect(firstEnd(permit, 2_000)).toBe(0)
})

test('junctions are pasted as they come, each once', () => {
  expect(junctionsIn(' J1, J2\nJ3；J1  J4 ')).toEqual(['J1', 'J2', 'J3', 'J4'])
  expect(junctionsIn('\n')).toEqual([])
})

test('what the server knows is one, whatever stands in it, as when it is picked', () => {
  const known = new Set(['37.77123,-122.41234', '37.77123', 'Market & 6th', 'Market', 'J,1'])
  expect(junctionsIn('37.77123,-122.41234, J1 Market & 6th\nMarket;37.77123，J,1', known)).toEqual([
    '37.77123,-122.41234',
    'J1',
    'Market & 6th',
    'Market',
    '37.77123',
    'J,1',
  ])
})

test('hours are said with the days and as a clock; midnight ends a day', () => {
  const names = { mon: 'Mon', tue: 'Tue', wed: '', thu: '', fri: '', sat: '', sun: '' }
  expect(hoursSaid({ days: ['mon', 'tue'], from_minute: 390, to_minute: 1440 }, names)).toBe('Mon Tue 06:30–24:00')
  expect([minuteOf('06:30'), minuteOf('00:00'), minuteOf('00:00', true)]).toEqual([390, 0, 1440])
})
