import { describe, expect, it } from 'vitest'
import type { Incident, Timer } from './rows'
import { inQueueOrder, nextTimer, pressing, signOfStage } from './stages'

function anIncident(part: Partial<Incident>): Incident {
  return { id: 'I1', status: 'active', priority: 3, opened: 0, ...part } as Incident
}

function aTimer(part: Partial<Timer>): Timer {
  return { id: 't', kind: 'pending', due: 60_000, started: 0, rung: null, ...part } as Timer
}

describe('the queue', () => {
  it('puts what waits for a unit before what has one, whatever the priority', () => {
    const waits = anIncident({ id: 'A', status: 'pending', priority: 4 })
    const runs = anIncident({ id: 'B', status: 'active', priority: 1 })
    expect([runs, waits].sort(inQueueOrder).map((i) => i.id)).toEqual(['A', 'B'])
  })

  it('puts the more urgent and then the older first', () => {
    const urgent = anIncident({ id: 'A', status: 'pending', priority: 1, opened: 9 })
    const old = anIncident({ id: 'B', status: 'pending', priority: 2, opened: 1 })
    const young = anIncident({ id: 'C', status: 'pending', priority: 2, opened: 5 })
    expect([young, old, urgent].sort(inQueueOrder).map((i) => i.id)).toEqual(['A', 'B', 'C'])
  })

  it('puts closed ones last', () => {
    const closed = anIncident({ id: 'A', status: 'closed', priority: 1 })
    const scheduled = anIncident({ id: 'B', status: 'scheduled', priority: 5 })
    expect([closed, scheduled].sort(inQueueOrder).map((i) => i.id)).toEqual(['B', 'A'])
  })
})

describe('clocks', () => {
  it('shows the next due, and never the archive clock', () => {
    const archive = aTimer({ id: 'a', kind: 'archive', due: 1 })
    const later = aTimer({ id: 'l', due: 90_000 })
    const sooner = aTimer({ id: 's', due: 30_000 })
    expect(nextTimer([archive, later, sooner])?.id).toBe('s')
  })

  it('become pressing in their last third and are over when due or rung', () => {
    const timer = aTimer({ due: 90_000 })
    expect(pressing(timer, 10_000)).toBe('calm')
    expect(pressing(timer, 70_000)).toBe('soon')
    expect(pressing(timer, 90_000)).toBe('over')
    expect(pressing(aTimer({ rung: 5 }), 10)).toBe('over')
  })
})

it('gives every stage that moves, works or waits its own sign', () => {
  const signs = [
    'dispatched',
    'enroute',
    'staged',
    'on-scene',
    'transporting',
    'at-destination',
    'clearing',
    'available',
    'out-of-service',
    'off-duty',
  ].map(signOfStage)
  expect(new Set(signs).size).toBe(signs.length)
})
