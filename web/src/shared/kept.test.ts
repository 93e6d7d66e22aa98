import { beforeEach, describe, expect, it, vi } from 'vitest'

const KEY = 'q'.repeat(42) + 'w'
const OTHER = 'Z'.repeat(42) + 'w'
const SAID = 'the neighbour says he has a knife'

class Store {
  [name: string]: unknown
  getItem(name: string): string | null {
    return (this[name] as string | undefined) ?? null
  }
  setItem(name: string, text: string): void {
    this[name] = text
  }
  removeItem(name: string): void {
    delete this[name]
  }
}

/** The page as it is loaded anew, with what the server says of the session. */
async function page(answer: { status: number; drafts_key?: string } | null): Promise<typeof import('./kept')> {
  vi.resetModules()
  vi.stubGlobal('fetch', () =>
    answer
      ? Promise.resolve(new Response(JSON.stringify(answer), { status: answer.status }))
      : Promise.reject(new TypeError('offline')),
  )
  const loaded = await import('./kept')
  await loaded.begin()
  return loaded
}

let inWindow: Store
let here: Store
beforeEach(() => {
  inWindow = new Store()
  here = new Store()
  vi.stubGlobal('sessionStorage', inWindow)
  vi.stubGlobal('localStorage', here)
})

describe('what is done in a window', () => {
  it('stands sealed in its storage, and is there again after a reload', async () => {
    const first = await page({ status: 200, drafts_key: KEY })
    first.keep('session', 'turnout.form', { narrative: SAID })
    await first.flushed()
    expect(Object.keys(inWindow)).toEqual(['turnout.sealed'])
    expect(JSON.stringify(inWindow) + atob(inWindow.getItem('turnout.sealed') ?? '')).not.toContain('knife')
    const again = await page({ status: 200, drafts_key: KEY })
    expect(again.kept('session', 'turnout.form', {})).toEqual({ narrative: SAID })
    expect(again.namesKept()).toEqual(['turnout.form'])
  })

  it('may hold what a page watches, which is a proxy', async () => {
    const first = await page({ status: 200, drafts_key: KEY })
    const corners = new Proxy([new Proxy({ lat: 37.76, lon: -122.43 }, {})], {})
    first.keep('session', 'turnout.zone', { corners })
    expect(first.kept('session', 'turnout.zone', null)).toEqual({ corners: [{ lat: 37.76, lon: -122.43 }] })
  })

  it('opens for no other session', async () => {
    const first = await page({ status: 200, drafts_key: KEY })
    first.keep('session', 'turnout.form', { narrative: SAID })
    await first.flushed()
    const other = await page({ status: 200, drafts_key: OTHER })
    expect(other.kept('session', 'turnout.form', null)).toBeNull()
  })

  it('is gone when the session is, also where the page was not told', async () => {
    for (const ends of ['told', 'not told'] as const) {
      const first = await page({ status: 200, drafts_key: KEY })
      first.keep('session', 'turnout.form', { narrative: SAID })
      first.keep('local', 'turnout.tables.draft', { changes: [SAID] })
      first.keep('local', 'turnout.preferences', { language: 'en' })
      await first.flushed()
      if (ends === 'told') {
        first.forget()
        expect(first.kept('session', 'turnout.form', null)).toBeNull()
      } else await page({ status: 401 })
      await first.flushed()
      expect(Object.keys(inWindow)).toEqual([])
      expect(Object.keys(here)).toEqual(['turnout.preferences'])
    }
  })

  it('waits sealed while there is no connection, and goes on under the next cookie of the same session', async () => {
    const first = await page({ status: 200, drafts_key: KEY })
    first.keep('session', 'turnout.form', { narrative: SAID })
    await first.flushed()
    const offline = await page(null)
    expect(offline.kept('session', 'turnout.form', null)).toBeNull()
    await offline.takeKey(KEY)
    expect(offline.kept('session', 'turnout.form', null)).toEqual({ narrative: SAID })
  })

  it('goes over to the next person when that is wanted, under their key', async () => {
    const first = await page({ status: 200, drafts_key: KEY })
    first.keep('session', 'turnout.form', { narrative: SAID })
    await first.takeKey(OTHER)
    const next = await page({ status: 200, drafts_key: OTHER })
    expect(next.kept('session', 'turnout.form', null)).toEqual({ narrative: SAID })
  })

  it('is never in the clear where there is no key', async () => {
    const first = await page({ status: 200 })
    first.keep('session', 'turnout.form', { narrative: SAID })
    await first.flushed()
    expect(first.kept('session', 'turnout.form', null)).toEqual({ narrative: SAID })
    expect(Object.keys(inWindow)).toEqual([])
  })
})
