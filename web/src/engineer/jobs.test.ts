import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api, Problem } from '../shared/api'
import { keep } from '../shared/kept'
import { Following } from './jobs.svelte'
import type { Job } from './shapes'

const job = (id: string, district: string) => ({ id, district, kind: 'simulate', state: 'done', result: id }) as unknown as Job

describe('a job', () => {
  beforeEach(() => {
    vi.restoreAllMocks()
    for (const district of ['a', 'b']) keep('session', `turnout.engineer.job.simulate.${district}`, null)
  })
  it('is shown under its own district alone, and found again when that is chosen again', async () => {
    vi.spyOn(api, 'post').mockResolvedValue({ job: 'one' })
    vi.spyOn(api, 'get').mockResolvedValue(job('one', 'a'))
    const following = new Following('simulate')
    await following.start('a', {})
    expect(following.job?.id).toBe('one')
    following.follow('b')
    expect(following.job).toBe(null)
    following.follow('a')
    await vi.waitFor(() => expect(following.job?.id).toBe('one'))
  })
  it('that is answered after another district was chosen is not shown there', async () => {
    let answer: (found: Job) => void = () => {}
    vi.spyOn(api, 'post').mockResolvedValue({ job: 'one' })
    vi.spyOn(api, 'get').mockReturnValue(new Promise((done) => (answer = done as (found: Job) => void)))
    const following = new Following('simulate')
    const started = following.start('a', {})
    await vi.waitFor(() => expect(api.get).toHaveBeenCalled())
    following.follow('b')
    answer(job('one', 'a'))
    await started
    expect(following.job).toBe(null)
  })
  it('that the server no longer knows is said to be gone', async () => {
    vi.spyOn(api, 'post').mockResolvedValue({ job: 'one' })
    vi.spyOn(api, 'get').mockRejectedValue(new Problem(404, 'unknown-job', 'no such job'))
    const following = new Following('simulate')
    await following.start('a', {})
    expect([following.job, following.trouble]).toEqual([null, 'no such job'])
  })
})
