import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api, Problem } from '../../shared/api'
import { keep } from '../../shared/kept'
import type { Job, PlanSet } from '../shapes'
import { Runs } from './runs.svelte'

const SET: PlanSet = { junctions: [{ id: 'a', plans: [], hours: [] }] }
const OTHER: PlanSet = { junctions: [] }
const MORNING = { day: 'mon', from: '07:00' } as const
const NOON = { day: 'mon', from: '12:00' } as const

/** A server that takes jobs and says of each what `states` has. */
function server(states: Record<string, string> = {}, takes = 9) {
  const asked: { period?: unknown; seeds: number }[] = []
  vi.spyOn(api, 'post').mockImplementation(async (path: string, body?: unknown) => {
    if (path.endsWith('/periods')) return { periods: [MORNING, NOON].map((period) => ({ period, plans: 1 })), never: [] } as never
    if (asked.length >= takes) throw new Problem(429, 'jobs-full', 'six jobs wait already')
    asked.push(body as never)
    return { job: `job ${asked.length}` } as never
  })
  vi.spyOn(api, 'get').mockImplementation(async (path: string) => {
    const id = decodeURIComponent(path.split('/').at(-1)!)
    if (states[id] === 'gone') throw new Problem(404, 'unknown-job', 'no such job')
    return { id, state: states[id] ?? 'done', simulation: `found by ${id}`, result: { seeds: 5 } } as unknown as Job as never
  })
  return asked
}

async function followed(): Promise<Runs> {
  const runs = new Runs()
  runs.follow('a')
  return runs
}

describe('simulations of a draft', () => {
  beforeEach(() => {
    vi.restoreAllMocks()
    keep('session', 'turnout.engineer.runs.a', null)
  })
  it('are asked for each hour that shows a changed plan, and are proposed together', async () => {
    const asked = server()
    const runs = await followed()
    await runs.startAll(SET, 5)
    expect(asked.map((one) => one.period)).toEqual([MORNING, NOON])
    expect(runs.areDone).toBe(true)
    expect(runs.simulations).toEqual(['found by job 1', 'found by job 2'])
    expect([runs.isOf(SET), runs.isOf(OTHER)]).toEqual([true, false])
  })
  it('that are done for this draft are not run again, others are', async () => {
    const states: Record<string, string> = { 'job 2': 'cancelled' }
    const asked = server(states)
    const runs = await followed()
    await runs.startAll(SET, 5)
    expect(runs.areDone).toBe(false)
    await runs.startAll(SET, 5)
    expect(asked.map((one) => one.period)).toEqual([MORNING, NOON, NOON])
    expect(runs.simulations).toEqual(['found by job 1', 'found by job 3'])
    await runs.startAll(SET, 9)
    expect(asked.length).toBe(5)
    await runs.startAll(OTHER, 5)
    expect(asked.length).toBe(7)
    expect(runs.all.length).toBe(2)
  })
  it('that find no place in the line are said to be left, and are asked by the next press', async () => {
    server({}, 1)
    const runs = await followed()
    await runs.startAll(SET, 5)
    expect([runs.all.length, runs.trouble]).toEqual([1, 'six jobs wait already'])
    const again = server()
    await runs.startAll(SET, 5)
    expect(again.map((one) => one.period)).toEqual([NOON])
  })
  it('are found again after a reload, but not one that the server has let go', async () => {
    server()
    await (await followed()).startAll(SET, 5)
    server({ 'job 1': 'gone' })
    const runs = await followed()
    await vi.waitFor(() => expect(runs.simulations).toEqual(['found by job 2']))
    expect(runs.trouble).toBe('no such job')
  })
})
