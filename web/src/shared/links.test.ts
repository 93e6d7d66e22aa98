import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apart, at, isWeb, query } from './api'

const HOSTILE = [
  '.',
  '..',
  '',
  '../session',
  '..%2Fsession',
  'a/b',
  'a?by=x',
  'a#b',
  'a&b=c',
  'E 7',
  "\"><script>alert('x')</script>",
  'javascript:alert(1)',
  '//evil.example',
  '\\\\evil.example\\x',
  '@evil.example',
  'a\r\nHost: evil.example',
  '%00',
  '\ud800',
  '警情7',
]

describe('an address with a hostile name in it', () => {
  it.each(HOSTILE)('has it as one step of the path: %j', (name) => {
    const found = new URL('/api/v1' + at`/incidents/${name}/report`, 'https://desk.example')
    expect(found.origin).toBe('https://desk.example')
    const steps = found.pathname.split('/')
    expect(steps).toHaveLength(6)
    expect([...steps.slice(0, 4), steps[5]]).toEqual(['', 'api', 'v1', 'incidents', 'report'])
    expect(found.search + found.hash).toBe('')
    if (!/^\.{0,2}$/.test(name) && name !== '\ud800') expect(decodeURIComponent(steps[4] ?? '')).toBe(name)
  })

  it.each(HOSTILE)('has it as one value of the query: %j', (name) => {
    const found = new URL('/audit' + query({ by: name, limit: 5 }), 'https://desk.example')
    expect(found.pathname).toBe('/audit')
    expect([...found.searchParams.keys()].sort()).toEqual(name ? ['by', 'limit'] : ['limit'])
    if (name && name !== '\ud800') expect(found.searchParams.get('by')).toBe(name)
  })
})

describe('what is private', () => {
  it('is said in a header, whatever it holds', () => {
    for (const name of HOSTILE.filter(Boolean)) {
      const { address, said } = apart('/places/suggest' + query({ q: name, limit: 8, lat: 37.7, lon: -122.4 }))
      expect(address).toBe('/places/suggest?limit=8')
      expect([...new URLSearchParams(said['Turnout-Query']).keys()]).toEqual(['q', 'lat', 'lon'])
      expect(new Headers(said).get('turnout-query')).toBe(said['Turnout-Query'])
    }
    expect(apart('/city')).toEqual({ address: '/city', said: {} })
  })
})

describe('a link to elsewhere', () => {
  it.each([
    ['https://video.example/a?b#c', true],
    ['HTTP://video.example', true],
    ['javascript:alert(1)', false],
    [' javascript:alert(1)//http://x', false],
    ['java\nscript:alert(1)', false],
    ['data:text/html,x', false],
    ['vbscript:x', false],
    ['file:///etc/passwd', false],
    ['//evil.example', false],
    ['/own', false],
    ['http://[', false],
    ['', false],
  ])('is the web alone: %j', (address, wanted) => expect(isWeb(address)).toBe(wanted))
})

/** Every source of the screens, with its lines. */
function sources(folder = new URL('..', import.meta.url).pathname): [string, string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(svelte|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts')
      ? [[path, readFileSync(path, 'utf-8')] as [string, string]]
      : []
  })
}

/** A name put into an address by hand; a link whose address is not ours, not looked at, or no step of a path. */
const BY_HAND = /(?<!\bat)`\/[^`\s]*\$\{|\b(?:href|src|action|formaction)="[^"]*\{|\b(?:href|src)=\{(?!at`|source\}|one\.ref\})/g
const MARKUP = /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|javascript:/g

describe('the sources of the screens', () => {
  it('put no name into an address by hand, and no text into markup', () => {
    const found = sources().flatMap(([path, text]) =>
      [...text.matchAll(BY_HAND), ...text.matchAll(MARKUP)].map((hit) => `${path}: ${hit[0]}`),
    )
    expect(found).toEqual([])
  })

  it('would be found if they did', () => {
    for (const line of ['api.get(`/units/${id}`)', '<a href="/print/{id}">', '<a href={address}>', '<p>{@html text}</p>'])
      expect(line.match(BY_HAND) ?? line.match(MARKUP), line).not.toBeNull()
  })
})
