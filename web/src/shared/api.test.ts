import { afterEach, expect, test, vi } from 'vitest'

vi.mock('./preferences.svelte', () => ({ preferences: { language: 'en' } }))
const { api, onProofNeeded, Problem } = await import('./api')

afterEach(() => vi.unstubAllGlobals())

/** A server that has `count` lines and gives two at a time; what it was asked is in `asked`. */
function server(count: number, asked: string[] = []): string[] {
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path)
    const after = Number(new URLSearchParams(path.split('?')[1]).get('after') ?? 0)
    const page = Array.from({ length: Math.min(2, count - after) }, (_, n) => after + n + 1)
    const headers = after + 2 < count ? { link: `<?limit=2&after=${after + 2}>; rel="next"` } : undefined
    return Promise.resolve(new Response(JSON.stringify(page), { headers }))
  })
  return asked
}

test('a list that comes page by page is asked for to its end', async () => {
  const asked = server(5)
  expect(await api.all<number>('/x/chronology?limit=2')).toEqual([1, 2, 3, 4, 5])
  expect(asked).toEqual([
    '/api/v1/x/chronology?limit=2',
    '/api/v1/x/chronology?limit=2&after=2',
    '/api/v1/x/chronology?limit=2&after=4',
  ])
})

test('one without an end is given up', async () => {
  server(10_000)
  await expect(api.all<number>('/x/chronology?limit=2')).rejects.toBeInstanceOf(Problem)
})

/** A server that wants a proof first, and a person who gives one: how often. */
async function proofs(ask: () => Promise<unknown>): Promise<number> {
  let count = 0
  onProofNeeded(() => Promise.resolve(++count === 1))
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"code":"proof-needed"}', { status: 403 })))
  await expect(ask()).rejects.toMatchObject({ code: 'proof-needed' })
  return count
}

test('what would prove who one is, and is refused, asks for no proof', async () => {
  expect(await proofs(() => api.post('/session', { proves: true }))).toBe(0)
  expect(await proofs(() => api.post('/session/passkey/verify', { proves: true }))).toBe(0)
})

test('a proof is asked for once before what needs one, also before one ends a session of one’s own', async () => {
  expect(await proofs(() => api.post('/accounts/passkey/options'))).toBe(1)
  expect(await proofs(() => api.delete('/session/own/s1'))).toBe(1)
})
