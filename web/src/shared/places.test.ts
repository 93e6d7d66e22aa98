import { describe, expect, test } from 'vitest'
import { dayAhead, encloses, placeOf } from './places.svelte'

describe('places as people type and point', () => {
  test.each([
    ['37.7793, -122.4193', { lat: 37.7793, lon: -122.4193 }],
    ['37.7793，-122.4193', { lat: 37.7793, lon: -122.4193 }],
    ['37.7793 -122.4193', { lat: 37.7793, lon: -122.4193 }],
    ['-122.4193, 37.7793', null],
    ['37.7793', null],
    ['here, there', null],
  ])('%s', (text, place) => expect(placeOf(text)).toEqual(place))

  test('a point is in the outline or beside it', () => {
    const square = [
      { lat: 0, lon: 0 },
      { lat: 0, lon: 2 },
      { lat: 2, lon: 2 },
      { lat: 2, lon: 0 },
    ]
    expect(encloses(square, { lat: 1, lon: 1 })).toBe(true)
    expect(encloses(square, { lat: 1, lon: 3 })).toBe(false)
  })

  test('a year ahead is a day of the next year', () => expect(dayAhead(Date.UTC(2026, 0, 1), 365)).toBe('2027-01-01'))
})
