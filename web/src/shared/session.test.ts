import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const MINUTE_MS = 60_000

const asked: string[] = []
let answer: () => Promise<Response> = () => Promise.reject(new TypeError('offline'))
const says =
  (status: number, body: object = {}) =>
  () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }))
const isSilent = () => Promise.reject(new TypeError('offline'))

vi.mock('./preferences.svelte', () => ({ preferences: { language: 'en' } }))
vi.mock('./link/stream.svelte', () => ({ stream: { stop: vi.fn() } }))
vi.mock('./kept', () => ({ forget: vi.fn(), takeKey: vi.fn() }))

const me = { actor: 'ana', roles: [], scopes: [], position: 'D1', groups: [] }

async function page() {
  vi.resetModules()
  const { session } = await import('./session.svelte')
  const { clock } = await import('./clock.svelte')
  return { session, clock }
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
  asked.length = 0
  vi.stubGlobal('location', { reload: vi.fn() })
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path)
    return answer()
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('nobody is put out while the server knows the session, however far ahead this clock is', async () => {
  const { session } = await page()
  const expires = NOW - 5 * MINUTE_MS
  answer = says(200, { ...me, expires })
  session.take({ ...me, expires })
  await vi.advanceTimersByTimeAsync(10)
  expect(session.current?.actor).toBe('ana')
  expect(asked).toEqual(['/api/v1/session'])
  await vi.advanceTimersByTimeAsync(MINUTE_MS)
  expect(asked, 'it asks once a minute, and not in a loop').toHaveLength(2)
  expect(session.current?.actor).toBe('ana')
})

test('without an answer the time is the one that the server last told', async () => {
  const { session, clock } = await page()
  clock.set(NOW - 60 * MINUTE_MS)
  answer = isSilent
  session.take({ ...me, expires: NOW - 57.5 * MINUTE_MS })
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS)
  expect(session.current?.actor).toBe('ana')
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS)
  expect(session.current, 'its time is up, and nobody has to say so').toBeNull()
})

test('a session that the server knows no more ends', async () => {
  const { session } = await page()
  answer = says(401, { code: 'not-signed-on' })
  session.take({ ...me, expires: NOW + MINUTE_MS })
  await vi.advanceTimersByTimeAsync(MINUTE_MS - 10)
  expect(session.current?.actor).toBe('ana')
  await vi.advanceTimersByTimeAsync(20)
  expect(session.current).toBeNull()
})
