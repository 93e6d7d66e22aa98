import { beforeEach, expect, it, vi } from 'vitest'
import { api } from '../../shared/api'
import type { Arterial, BandsAnswer } from '../shapes'
import { making } from './making.svelte'
import type { Found } from './measured'

const stop = (junction: string) => ({ junction, to_next_m: 300, speed_kmh: [40, 50] })
const MAIN = { id: 'main', stops: [stop('a'), stop('b')], waves: [] } as unknown as Arterial
const SLOW: Found = { hours: [7, 8], sections: [{ speed_kmh: 30, times: 9 }], speed_kmh: 30, times: 9 }

const asked = () => vi.mocked(api.post).mock.lastCall?.[1] as { arterial: string | Arterial }

beforeEach(() => {
  vi.restoreAllMocks()
  vi.spyOn(api, 'post').mockResolvedValue({ sites: [], plans: { junctions: [] } } as unknown as BandsAnswer)
  making.open(undefined)
  making.open(MAIN)
})

it('asks by its name for an arterial as it was planned, and as a whole at measured speeds that were taken', async () => {
  await making.ask(MAIN)
  expect(asked().arterial).toBe('main')
  making.speeds = SLOW
  await making.ask(MAIN)
  expect((asked().arterial as Arterial).stops.map((one) => one.speed_kmh)).toEqual([
    [30, 30],
    [40, 50],
  ])
  making.speeds = null
  await making.ask(MAIN)
  expect(asked().arterial).toBe('main')
})

it('takes the speeds of one arterial for no other', async () => {
  making.speeds = SLOW
  making.open({ ...MAIN, id: 'other' })
  expect(making.speeds).toBe(null)
})
