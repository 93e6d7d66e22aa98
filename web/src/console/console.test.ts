import { describe, expect, it } from 'vitest'
import type { Incident, IncidentType, Question, Unit } from '../shared/rows'
import { questionsToAsk } from './incident/questions'
import { nearIncidents } from './new-incident/near'
import { findTypes } from './new-incident/types'
import { next } from './rows-keys'
import { groupUnits } from './units/grouping'

const aType = (code: string, en: string, zh: string, priority = 3, aliases: string[] = []) =>
  ({ code, name: { en, zh }, priority, aliases, agencies: [] }) as unknown as IncidentType
const anIncident = (id: string, lat: number, part: Partial<Incident> = {}) =>
  ({ id, type: 'MED', status: 'active', opened: 0, location: { text: id, place: { lat, lon: -122 } }, ...part }) as Incident
const aUnit = (id: string, part: Partial<Unit>) =>
  ({ id, since: 0, free: false, status: { stage: 'available', in_quarters: true }, station: 'ST01', ...part }) as Unit

describe('finding a type', () => {
  const types = [
    aType('VF', 'Vehicle fire', '车辆火灾', 2, ['CARFIRE']),
    aType('SF', 'Structure fire', '建筑火灾', 1),
    aType('FAL', 'Fall', '跌倒'),
  ]
  it('takes the code before any name', () => expect(findTypes(types, 'sf')[0]?.code).toBe('SF'))
  it('finds by the beginnings of words, the more urgent first', () =>
    expect(findTypes(types, 'fire').map((type) => type.code)).toEqual(['SF', 'VF']))
  it('finds by several words, by short form and in Chinese', () => {
    expect(findTypes(types, 'veh fi')[0]?.code).toBe('VF')
    expect(findTypes(types, 'carfire')[0]?.code).toBe('VF')
    expect(findTypes(types, '跌')[0]?.code).toBe('FAL')
  })
  it('does not stumble over signs', () => expect(findTypes(types, '*(')).toEqual([]))
})

describe('near incidents', () => {
  it('are those within the radius and the window, of the same type first', () => {
    const there = { place: { lat: 37, lon: -122 }, text: 'x' }
    const incidents = [
      anIncident('far', 37.01),
      anIncident('near', 37.0005),
      anIncident('same', 37.001, { type: 'SF' }),
      anIncident('closed', 37, { status: 'closed' }),
    ]
    expect(nearIncidents(incidents, there, aType('SF', '', ''), 1000).map((one) => one.incident.id)).toEqual(['same', 'near'])
    expect(nearIncidents(incidents, there, undefined, 7_200_000)).toEqual([])
  })
})

describe('the unit board', () => {
  it('puts what is working before what waits, and counts who is free', () => {
    const groups = groupUnits(
      [
        aUnit('E2', {}),
        aUnit('E10', {}),
        aUnit('E3', { status: { stage: 'on-incident', incident: 'I', at: 'enroute', destination: null, code: '' } }),
      ],
      'status',
    )
    expect(groups.map((group) => group.id)).toEqual(['enroute', 'available'])
    const [station] = groupUnits([aUnit('E10', {}), aUnit('E2', {})], 'station')
    expect(station?.units.map((unit) => unit.id)).toEqual(['E2', 'E10'])
    expect(station?.free).toBe(2)
  })
})

describe('scripted questions', () => {
  const all = [
    {
      code: 'a',
      text: { en: '', zh: '' },
      answers: [
        { code: 'yes', next: 'c' },
        { code: 'no', next: '' },
      ],
    },
    { code: 'b', text: { en: '', zh: '' }, answers: [] },
    { code: 'c', text: { en: '', zh: '' }, answers: [{ code: 'x', next: 'a' }] },
  ] as unknown as Question[]
  it('follow the answers, and never in a circle', () => {
    expect(questionsToAsk(all, {}).map((one) => one.code)).toEqual(['a'])
    expect(questionsToAsk(all, { a: 'yes' }).map((one) => one.code)).toEqual(['a', 'c'])
    expect(questionsToAsk(all, { a: 'yes', c: 'x' }).map((one) => one.code)).toEqual(['a', 'c'])
  })
})

it('moves through rows with letters and arrows, and stops at the ends', () => {
  expect(next('j', 0, 3)).toBe(1)
  expect(next('ArrowDown', 2, 3)).toBe(2)
  expect(next('k', 0, 3)).toBe(0)
  expect(next('End', 0, 3)).toBe(2)
  expect(next('x', 0, 3)).toBeNull()
  expect(next('j', -1, 0)).toBeNull()
})
