import { expect, it } from 'vitest'
import { distance, duration, momentInCity, timeAndDay, timeOfDay } from './format'

it('reads ages as a dispatcher says them', () => {
  expect(duration(42_000)).toBe('0:42')
  expect(duration(12 * 60_000 + 7_000)).toBe('12:07')
  expect(duration(3_600_000 + 3 * 60_000 + 22_000)).toBe('1:03:22')
  expect(duration(3 * 86_400_000 + 4 * 3_600_000)).toBe('3 d 4 h')
  expect(duration(-5)).toBe('0:00')
})

it('shows the city’s time, whatever the computer’s zone', () => {
  const at = Date.UTC(2026, 0, 2, 8, 3, 4)
  expect(timeOfDay(at, 'en', 'America/Los_Angeles')).toBe('00:03:04')
  expect(timeOfDay(at, 'zh-CN', 'Asia/Shanghai')).toBe('16:03:04')
})

it('adds the day only when it is another one in the city', () => {
  const now = Date.UTC(2026, 0, 2, 12)
  expect(timeAndDay(now, now, 'en', 'America/Los_Angeles')).toBe('04:00:00')
  expect(timeAndDay(now - 86_400_000, now, 'en', 'America/Los_Angeles')).toContain('Jan 1')
})

it('rounds distances to what can be known', () => {
  expect(distance(123)).toBe('120 m')
  expect(distance(1_849)).toBe('1.8 km')
})

it('finds the moment of a wall time in the city, summer and winter', () => {
  expect(momentInCity('2026-07-01T12:00', 'America/Los_Angeles')).toBe(Date.UTC(2026, 6, 1, 19))
  expect(momentInCity('2026-01-01T12:00', 'America/Los_Angeles')).toBe(Date.UTC(2026, 0, 1, 20))
  expect(momentInCity('2026-03-08T03:30', 'America/Los_Angeles')).toBe(Date.UTC(2026, 2, 8, 10, 30))
  expect(momentInCity('', 'America/Los_Angeles')).toBeNull()
})
