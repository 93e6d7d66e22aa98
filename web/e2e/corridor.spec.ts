/** A green corridor from the dispatcher's screen: started, seen ahead of the unit, refused by name, cancelled by one key. */
import { expect, request, test, type APIRequestContext, type Page } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'
import { gives, shot } from './pages'
import { start, type Server } from './server'

const SECRET = 'a-long-secret-for-tests'
let server: Server
const url = () => server.url
const UNIT = 'E13'
const AT = { lat: 37.781, lon: -122.4115 }

let engineer: APIRequestContext
let supervisor: APIRequestContext
let terminal: APIRequestContext
let lives: ReturnType<typeof setInterval>
const step = { lat: 0, lon: 0 }

/** The unit is seen near Market and 6th, again every second, as its terminal would say it. */
async function isSeen(): Promise<void> {
  const reply = await terminal.post('/api/v1/positions', {
    data: [{ unit: UNIT, lat: AT.lat + step.lat, lon: AT.lon + step.lon, speed_mps: 14, at: Date.now() }],
  })
  expect(reply.ok(), await reply.text()).toBe(true)
}

test.beforeAll(async () => {
  server = await start('--no-simulation')
  const root = await request.newContext({ baseURL: url() })
  await root.post('/api/v1/setup', { data: { code: server.setupCode, account: 'root', secret: SECRET } })
  const made = await root.post('/api/v1/tokens', { data: { name: 'vehicles', scopes: ['avl'] } })
  const { token } = (await made.json()) as { token: string }
  terminal = await request.newContext({ baseURL: url(), extraHTTPHeaders: { authorization: `Bearer ${token}` } })
  await root.dispose()
  await bringCrewsOnDuty(url())
  supervisor = await request.newContext({ baseURL: url() })
  await supervisor.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
  engineer = await request.newContext({ baseURL: url() })
  await engineer.post('/api/v1/session/demo', { data: { role: 'traffic-engineer' } })
})

test.afterAll(async () => {
  clearInterval(lives)
  await supervisor.dispose()
  await engineer.dispose()
  await terminal.dispose()
  server.stop()
})

const corridor = (page: Page) => page.locator(`[data-section="assigned"] [data-corridor="${UNIT}"]`)

async function sent(she: Dispatcher, line: string, send: string): Promise<string> {
  const tag = await she.opensIncident(line)
  await she.isAccepted(`${send} ${UNIT} ${tag}`)
  await isSeen()
  return tag
}

test('with no signal armed it is refused and says so; armed, the junctions ahead are seen, and G cancels', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const she = await Dispatcher.signedIn(browser, { url: url(), map: true })
  const tag = await sent(she, 'E 300 MISSION ST STRUCTURE FIRE', 'D')
  expect(await she.isRefused(`GC ${UNIT}`)).toContain('No signal may be asked')

  // One junction of the way is permitted and not armed; the others are armed.
  const junctions = await junctionsOfWay()
  await gives(url(), engineer, { do: 'permit-signals', permit_id: 'e2e', junctions, authority: 'Traffic office, order 7' })
  await gives(url(), engineer, {
    do: 'arm-signals',
    permit_id: 'e2e',
    junctions: junctions.slice(1),
    until: Date.now() + 3_600_000,
  })
  await she.isAccepted(`GC ${UNIT}`)
  const shown = corridor(she.page)
  lives = setInterval(() => void isSeen().catch(() => {}), 1_000)
  await expect(shown.locator('li[data-state="granted"]').first()).toBeVisible({ timeout: 60_000 })
  await expect(shown.locator('li[data-state="granted"]').first()).toContainText('green')
  await expect(shown.locator('li[data-state="refused"]').first()).toContainText(/not (armed|permitted)/)
  await shot(she.page, 'corridor-wide-en')
  await she.unit(UNIT).click()
  await she.page.locator('#unit-detail').getByRole('button', { name: 'On the map' }).click()
  await she.page.waitForTimeout(1_500)
  await shot(she.page, 'corridor-map-en')
  await she.page.locator('#sheet').focus()
  await she.page.keyboard.press('g')
  await expect(shown).toHaveCount(0, { timeout: 20_000 })
  await she.chooses(tag)
  await she.page.locator('[data-section="chronology"] button').first().click()
  await expect(she.page.locator('[data-section="chronology"]')).toContainText(`Green corridor of ${UNIT} cancelled`)
  expect(she.troubles).toEqual([])
  clearInterval(lives)
  await she.leaves()
  await bringCrewsOnDuty(url())
})

test('窄屏：用按钮开通绿色通道，逐个路口显示，按钮取消', async ({ browser }) => {
  test.setTimeout(120_000)
  const he = await Dispatcher.signedIn(browser, {
    url: url(),
    language: 'zh-CN',
    theme: 'light',
    size: { width: 420, height: 860 },
  })
  await sent(he, '新 300 MISSION ST 建筑火灾', '派')
  lives = setInterval(() => void isSeen().catch(() => {}), 1_000)
  const start = he.page.getByRole('button', { name: `${UNIT} 的绿色通道` })
  const at = await start.boundingBox()
  expect((at?.x ?? 0) + (at?.width ?? 0)).toBeLessThanOrEqual(420)
  await shot(he.page, 'corridor-start-narrow-zh')
  await start.press('Enter')
  const shown = corridor(he.page)
  await expect(shown.locator('li[data-state="granted"]').first()).toContainText('绿灯', { timeout: 60_000 })
  const box = await shown.boundingBox()
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(420)
  await shot(he.page, 'corridor-narrow-zh')
  await shown.getByRole('button', { name: '取消通道' }).press('Enter')
  await expect(shown).toHaveCount(0, { timeout: 20_000 })
  expect(he.troubles).toEqual([])
  clearInterval(lives)
  await he.leaves()
})

/** What the corridor itself asked: with nothing permitted every junction of the way is refused, and named. */
async function junctionsOfWay(): Promise<string[]> {
  await gives(url(), engineer, { do: 'permit-signals', permit_id: 'first', junctions: ['none'], authority: 'x' })
  await gives(url(), engineer, { do: 'arm-signals', permit_id: 'first', until: Date.now() + 3_600_000 })
  const id = crypto.randomUUID()
  await gives(url(), supervisor, { do: 'open-corridor', corridor_id: id, unit: UNIT })
  let junctions: string[] = []
  await expect
    .poll(
      async () => {
        await isSeen()
        const board = (await (await supervisor.get('/api/v1/board')).json()) as {
          tables: { corridors: Record<string, { junctions: Record<string, { id: string }> }> }
        }
        junctions = Object.values(board.tables.corridors[id]?.junctions ?? {}).map((each) => each.id)
        return junctions.length
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThan(1)
  await gives(url(), supervisor, { do: 'cancel-corridor', corridor_id: id })
  await gives(url(), engineer, { do: 'withdraw-signals', permit_id: 'first' })
  return junctions
}
