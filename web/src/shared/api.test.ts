import { afterEach, expect, test, vi } from 'vitest'

vi.mock('./preferences.svelte', () => ({ preferences: { language: 'en' } }))
const { api, Problem } = await import('./api')

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
