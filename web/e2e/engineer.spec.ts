/** The engineer's screen: district, green wave, plans changed and checked, compared, proposed, released; corridors under way. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, request, test, type APIRequestContext, type Page } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { at as signedIn, gives, shot, type Looked } from './pages'
import { start, type Server } from './server'

const SECRET = 'a-long-secret-for-tests'
const UNIT = 'E13'
let server: Server

/** A program called `sumo` that behaves as told (tests/signals/districts/fake_sumo.py): the real one takes minutes. */
const home = mkdtempSync(join(tmpdir(), 'turnout-sumo-'))
function sumo(behaviour: 'well' | 'hangs'): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const made = `from pathlib import Path
from tests.signals.districts.fake_sumo import install
install(Path(${JSON.stringify(home)}), ${JSON.stringify(behaviour)}, at_offset="47")`
  execFileSync(join(root, '.venv/bin/python'), ['-c', made], { cwd: root })
}

async function startedWith(sumoHome: string): Promise<Server> {
  const before = process.env.SUMO_HOME
  process.env.SUMO_HOME = sumoHome
  try {
    return await start('--no-simulation')
  } finally {
    if (before === undefined) delete process.env.SUMO_HOME
    else process.env.SUMO_HOME = before
  }
}

test.beforeAll(async () => {
  sumo('hangs')
  server = await startedWith(home)
})
test.afterAll(() => {
  server.stop()
  rmSync(home, { recursive: true, force: true })
})

/** At the engineer's screen, with the sample district on it. */
async function engineer(browser: Parameters<typeof signedIn>[1], look: Looked = {}, hash = ''): Promise<Page> {
  const page = await signedIn(server.url, browser, 'traffic-engineer', look)
  await page.goto(`${server.url}/engineer${hash}`)
  await expect(page.locator('[data-district]')).toBeVisible({ timeout: 60_000 })
  return page
}

/** Nothing lies beside the screen: the page itself does not scroll sideways. */
async function fits(page: Page): Promise<void> {
  const over = await page.evaluate(() => {
    const shell = document.querySelector('.engineer') as HTMLElement
    return shell.scrollWidth - shell.clientWidth
  })
  expect(over).toBeLessThanOrEqual(0)
}

/** A junction and one of its plans, in the plan editor. */
async function chooses(page: Page, junction: string, plan: string): Promise<void> {
  const lists = page.locator('[data-pane="plan-list"] select')
  await lists.nth(0).selectOption(junction)
  await lists.nth(1).selectOption(plan)
}

const band = (page: Page, pane: string, way: 'out' | 'back') => page.locator(`[data-pane="${pane}"] [data-band="${way}"]`)

test('whoever opens it sees the district drawn with its arterial, and a junction with all that is known of it', async ({
  browser,
}) => {
  const page = await signedIn(server.url, browser, 'traffic-engineer', { width: 1600 })
  await page.goto(server.url)
  await page.locator('button[aria-haspopup="true"]').click()
  await page.locator('a[href="/engineer"]').click()
  await expect(page.locator('[data-pane="network"] [data-junction]')).toHaveCount(7, { timeout: 60_000 })
  await expect(page.locator('[data-pane="overview-wave"] polygon, [data-pane="overview-wave"] .green').first()).toBeVisible()
  await expect(page.locator('.source')).toContainText('Eclipse Public License')
  await expect(page.locator('[data-pane="problems"] tbody tr')).toHaveCount(7)
  const [pane, axis] = [page.locator('[data-pane="overview-wave"]'), page.locator('[data-pane="overview-wave"] [data-axis]')]
  const [outer, inner] = [(await pane.boundingBox())!, (await axis.boundingBox())!]
  expect(inner.y + inner.height).toBeLessThanOrEqual(outer.y + outer.height)
  await shot(page, 'engineer-district-wide-en')
  await page.locator('[data-pane="network"] [data-junction="221"]').press('Enter')
  const panel = page.locator('[data-pane="junction"]')
  await expect(panel).toContainText('Intergreen times')
  await expect(panel.locator('.matrix td.set').first()).toContainText(/\d/)
  await shot(page, 'engineer-junction-wide-en')
  await page.context().close()
})

test('片区窄屏：同样看到路网与时距图，不横向滚动', async ({ browser }) => {
  const page = await engineer(browser, { language: 'zh-CN', theme: 'light', width: 420 })
  await expect(page.locator('[data-pane="network"] [data-junction]')).toHaveCount(7)
  await expect(page.locator('[data-pane="overview-wave"]')).toContainText('周期')
  await fits(page)
  await shot(page, 'engineer-district-narrow-zh')
  await page.context().close()
})

test('a wave is coordinated, its offsets are moved by keys and by hand, and the bands follow at once', async ({ browser }) => {
  test.setTimeout(120_000)
  const page = await engineer(browser, { width: 1600 }, '#wave')
  await page.getByRole('button', { name: 'Coordinate', exact: true }).click()
  const found = page.locator('[data-pane="wave-found"]')
  await expect(found).toContainText('proven optimum', { timeout: 60_000 })
  await expect(found.locator('polygon').first()).toBeVisible()
  const before = await band(page, 'wave-found', 'out').textContent()
  await shot(page, 'engineer-wave-wide-en')
  const site = found.locator('[data-site]').nth(1)
  await site.press('ArrowRight')
  await expect(band(page, 'wave-found', 'out')).not.toHaveText(before ?? '')
  await page.getByRole('button', { name: 'Back to what was found' }).click()
  await expect(band(page, 'wave-found', 'out')).toHaveText(before ?? '')
  const box = (await site.boundingBox())!
  await page.mouse.move(box.x + 300, box.y + box.height / 2)
  await expect(found.locator('[data-hover="true"]')).toContainText(/second \d+/)
  await page.mouse.down()
  await page.mouse.move(box.x + 360, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  await expect(band(page, 'wave-found', 'out')).not.toHaveText(before ?? '')
  await page.getByRole('button', { name: 'Back to what was found' }).click()
  const saving = page.waitForEvent('download')
  await found.getByRole('button', { name: 'Save SVG' }).click()
  expect(readFileSync(await (await saving).path(), 'utf8')).toContain('<svg')
  await found.getByRole('button', { name: 'Take into the draft' }).click()
  await expect(page.locator('[data-difference]').first()).toBeVisible()
  await expect(page.locator('[data-pane="compare-sides"]')).toContainText('Offset')
  await shot(page, 'engineer-compare-wide-en')
  await page.context().close()
})

test('an arterial is put together from junctions in order; two that do not follow are refused in words', async ({ browser }) => {
  const page = await engineer(browser, { width: 1600 }, '#wave')
  await page.getByRole('button', { name: 'Put together an arterial' }).click()
  const plan = page.locator('.making')
  for (const id of ['219', '220']) await plan.locator(`[data-junction="${id}"]`).press('Enter')
  await plan.getByLabel('Name').fill('Costa')
  await plan.getByRole('button', { name: 'Make the arterial' }).click()
  await expect(page.locator('[data-pane="wave-now"]')).toContainText('Costa')
  await page.getByRole('button', { name: 'Put together an arterial' }).click()
  for (const id of ['273', '235']) await plan.locator(`[data-junction="${id}"]`).press('Enter')
  await plan.getByRole('button', { name: 'Make the arterial' }).click()
  await expect(plan.getByRole('alert')).toContainText(/\w+ \w+/)
  await page.context().close()
})

test('方案编辑：改错即在该条旁说明，撤销恢复，刷新后草案仍在，时段可设', async ({ browser }) => {
  const page = await engineer(browser, { language: 'zh-CN', theme: 'light', width: 420 }, '#plans')
  await chooses(page, '221', '0')
  const checked = page.locator('.checked')
  await expect(checked).toHaveAttribute('data-errors', '0')
  // K5 与 K7 之间至少 3 秒。
  const end = page.getByLabel('K7 止')
  const old = await end.inputValue()
  await end.fill('60')
  await end.press('Tab')
  await expect(page.locator('[data-group="K7"] .wrong')).toContainText('K5')
  await expect(page.locator('[data-group="K5"][data-severity="error"]')).toBeVisible()
  await shot(page, 'engineer-plans-narrow-zh')
  await page.keyboard.press('Control+z')
  await expect(end).toHaveValue(old)
  await expect(checked).toHaveAttribute('data-errors', '0')
  const green = page.locator('[data-group="K5"] [role="slider"]').first()
  const from = Number(await green.getAttribute('aria-valuenow'))
  await green.press('ArrowRight')
  await expect(green).toHaveAttribute('aria-valuenow', String(from + 1))
  await page.getByRole('button', { name: '此时段运行 0' }).click()
  await expect(page.locator('.strip[data-day="mon"] i').first()).toBeVisible()
  await page.reload()
  await expect(page.locator('[data-group="K5"] [role="slider"]').first()).toHaveAttribute('aria-valuenow', String(from + 1), {
    timeout: 60_000,
  })
  await expect(page.locator('.strip[data-day="mon"] i').first()).toBeVisible()
  // 刷新之后仍可逐步撤销。
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(page.locator('[data-group="K5"] [role="slider"]').first()).toHaveAttribute('aria-valuenow', String(from))
  await fits(page)
  await page.context().close()
})

test('a green is dragged in the signal-timing diagram, the cycle typed, and the week painted', async ({ browser }) => {
  test.setTimeout(180_000)
  const page = await engineer(browser, { width: 1600 }, '#plans')
  await chooses(page, '221', '0')
  const green = page.locator('[data-group="K5"] [role="slider"]').first()
  const before = Number(await green.getAttribute('aria-valuenow'))
  const edge = (await page.locator('[data-group="K5"] [data-edge="from"]').first().boundingBox())!
  await page.mouse.move(edge.x + edge.width / 2, edge.y + edge.height / 2)
  await page.mouse.down()
  await page.mouse.move(edge.x + edge.width / 2 + 60, edge.y + edge.height / 2, { steps: 5 })
  await page.mouse.up()
  await expect(green).not.toHaveAttribute('aria-valuenow', String(before))
  expect(Number(await green.getAttribute('aria-valuenow'))).toBeGreaterThan(before)
  await page.getByRole('button', { name: /Undo/ }).click()
  await expect(green).toHaveAttribute('aria-valuenow', String(before))
  const cycle = page.getByRole('spinbutton', { name: 'Cycle' })
  await cycle.fill('100')
  await cycle.press('Tab')
  await expect(page.locator('.checked')).toHaveAttribute('data-errors', '0')
  const handle = (await page.locator('[data-cycle]').boundingBox())!
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2)
  await page.mouse.down()
  await page.mouse.move(handle.x - 120, handle.y + handle.height / 2, { steps: 5 })
  await page.mouse.up()
  await expect(cycle).not.toHaveValue('100')
  expect(Number(await cycle.inputValue())).toBeLessThan(100)
  await expect(page.locator('.checked')).toHaveAttribute('data-errors', '0')
  // As far as least greens and intergreens let it, and the server finds nothing wrong.
  await cycle.fill('10')
  await cycle.press('Tab')
  expect(Number(await cycle.inputValue())).toBeGreaterThan(10)
  await expect(page.locator('.checked')).toHaveAttribute('data-errors', '0')
  await page.getByRole('button', { name: /Undo/ }).click()
  await page.getByRole('button', { name: /Undo/ }).click()
  await expect(cycle).toHaveValue('100')
  await page.getByRole('slider', { name: /End of the cycle/ }).press('PageUp')
  await expect(cycle).toHaveValue('110')
  await page.getByRole('button', { name: /This cycle for 0 along/ }).click()
  await page.locator('[data-pane="plan-list"] select').nth(0).selectOption('210')
  await expect(cycle).toHaveValue('110')
  await page.getByRole('button', { name: /Undo/ }).click()
  await expect(cycle).not.toHaveValue('110')
  await chooses(page, '221', '0')
  const [first, last] = [page.locator('.strip[data-day="tue"]'), page.locator('.strip[data-day="thu"]')]
  const [a, b] = [(await first.boundingBox())!, (await last.boundingBox())!]
  await page.mouse.move(a.x + a.width * 0.3, a.y + 8)
  await page.mouse.down()
  await page.mouse.move(b.x + b.width * 0.5, b.y + 8, { steps: 5 })
  await page.mouse.up()
  await expect(page.locator('.strip[data-day="wed"] i').first()).toBeVisible()
  await shot(page, 'engineer-plans-wide-en')
  await page.context().close()
})

test('live corridors: asked and held are seen by an engineer, who may not cancel; a supervisor cancels with G', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const url = server.url
  const { supervisor, terminal, office } = await crewsAndSignals()
  const sent = setInterval(() => void isSeen(terminal).catch(() => {}), 1_000)
  try {
    await gives(url, office, { do: 'permit-signals', permit_id: 'live', junctions: ['none'], authority: 'Traffic office' })
    await gives(url, office, { do: 'arm-signals', permit_id: 'live', until: Date.now() + 3_600_000 })
    await isSeen(terminal)
    await gives(url, supervisor, { do: 'open-corridor', corridor_id: crypto.randomUUID(), unit: UNIT })
    const page = await engineer(browser, { width: 1600 }, '#corridors')
    const row = page.locator(`[data-corridor="${UNIT}"]`)
    await expect(row.locator('li[data-state]').first()).toBeVisible({ timeout: 30_000 })
    await expect(row).toContainText('not permitted')
    await expect(page.getByRole('button', { name: /Cancel corridor/ })).toHaveCount(0)
    await shot(page, 'engineer-live-wide-en')
    await page.context().close()
    const other = await signedIn(url, browser, 'supervisor', { language: 'zh-CN', theme: 'light', width: 420 })
    await other.goto(`${url}/engineer#corridors`)
    await expect(other.locator(`[data-corridor="${UNIT}"] li[data-state]`).first()).toBeVisible({ timeout: 30_000 })
    await shot(other, 'engineer-live-narrow-zh')
    await other.keyboard.press('g')
    await expect(other.locator(`[data-corridor="${UNIT}"]`)).toHaveCount(0, { timeout: 20_000 })
    await other.context().close()
  } finally {
    clearInterval(sent)
    await Promise.all([supervisor, terminal, office].map((one) => one.dispose()))
  }
})

test('a draft is simulated before it is proposed, and another person releases it', async ({ browser }) => {
  test.setTimeout(120_000)
  const page = await engineer(browser, { width: 1600 }, '#wave')
  await page.getByRole('button', { name: 'Coordinate', exact: true }).click()
  await page.getByRole('button', { name: 'Take into the draft' }).click({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Simulate before and after' }).click()
  await expect(page.locator('.job')).toBeVisible()
  await page.locator('.job').getByRole('button', { name: 'Cancel' }).click()
  await expect(page.locator('[data-run][data-state="cancelled"]')).toBeVisible()
  sumo('well')
  await page.getByRole('button', { name: 'Simulate before and after' }).click()
  const delay = page.locator('tr[data-figure="delay_s"]')
  // This SUMO's seeds are all alike: there is nothing to judge by.
  await expect(delay).toHaveAttribute('data-verdict', 'alike', { timeout: 60_000 })
  await expect(delay).toContainText('−5.00')
  await expect(page.locator('tr[data-figure="throughput"]')).toContainText(/unchanged/)
  await shot(page, 'engineer-simulated-wide-en')
  await page.getByLabel('Reason').fill('ring, morning')
  await page.getByRole('button', { name: 'Propose', exact: true }).click()
  const proposed = page.locator('[data-proposal]').first()
  await expect(proposed).toContainText('ring, morning')
  await expect(proposed).toContainText('Another person decides')
  await expect(proposed.getByRole('button', { name: 'Release' })).toHaveCount(0)
  await shot(page, 'engineer-proposed-wide-en')
  const other = await engineer(browser, { language: 'zh-CN', theme: 'light', width: 420 }, '#release')
  await other.getByRole('button', { name: '发布', exact: true }).click()
  await other.locator('[data-proposal] form').getByRole('button', { name: '发布' }).click()
  await expect(other.locator('[data-in-force="true"]')).toContainText('ring, morning')
  await shot(other, 'engineer-released-narrow-zh')
  await expect(page.locator('[data-proposal]').first()).toHaveAttribute('data-in-force', 'true', { timeout: 20_000 })
  await page.context().close()
  await other.context().close()
})

test('where SUMO is not there, that is said, and nothing can be proposed', async ({ browser }) => {
  test.setTimeout(120_000)
  const without = await startedWith('/nowhere')
  const page = await signedIn(without.url, browser, 'traffic-engineer', { width: 1600 })
  await page.goto(`${without.url}/engineer#release`)
  await expect(page.locator('[data-pane="compare-figures"]')).toContainText('SUMO is not installed', { timeout: 60_000 })
  await expect(page.getByRole('button', { name: 'Propose', exact: true })).toHaveCount(0)
  await page.context().close()
  without.stop()
})

test('运行质量：按小时的指标与普渡协调图', async ({ browser }) => {
  const page = await engineer(browser, { language: 'zh-CN', theme: 'light', width: 420 }, '#quality')
  await page.getByRole('button', { name: '生成报告' }).click()
  const report = page.locator('[data-pane="quality-report"]')
  await expect(report.locator('svg circle').first()).toBeVisible({ timeout: 60_000 })
  await expect(report.locator('tbody tr').first()).toContainText('%')
  await fits(page)
  await shot(page, 'engineer-quality-narrow-zh')
  await page.context().close()
})

/** The unit is seen near Market and 6th, as its terminal would say it. */
async function isSeen(terminal: APIRequestContext): Promise<void> {
  const fix = { unit: UNIT, lat: 37.781, lon: -122.4115, speed_mps: 14, at: Date.now() }
  expect((await terminal.post('/api/v1/positions', { data: [fix] })).ok()).toBe(true)
}

/** A crew under way on a call, its terminal, a supervisor, and somebody at the traffic office. */
async function crewsAndSignals() {
  const url = server.url
  const root = await request.newContext({ baseURL: url })
  await root.post('/api/v1/setup', { data: { code: server.setupCode, account: 'root', secret: SECRET } })
  const made = await root.post('/api/v1/tokens', { data: { name: 'vehicles', scopes: ['avl'] } })
  const { token } = (await made.json()) as { token: string }
  const terminal = await request.newContext({ baseURL: url, extraHTTPHeaders: { authorization: `Bearer ${token}` } })
  await root.dispose()
  await bringCrewsOnDuty(url)
  const as = async (role: string) => {
    const one = await request.newContext({ baseURL: url })
    await one.post('/api/v1/session/demo', { data: { role } })
    return one
  }
  const [supervisor, office] = [await as('supervisor'), await as('traffic-engineer')]
  await isSeen(terminal)
  const enters = async (text: string) => {
    const reply = await supervisor.post('/api/v1/line', { data: { id: crypto.randomUUID(), text, run: true } })
    expect(reply.ok(), await reply.text()).toBe(true)
  }
  await enters('E 300 MISSION ST STRUCTURE FIRE')
  const board = (await (await supervisor.get('/api/v1/board')).json()) as {
    tables: { incidents: Record<string, { tag: string; status: string }> }
  }
  const incident = Object.values(board.tables.incidents).find((one) => one.status !== 'closed')
  await enters(`D ${UNIT} ${incident?.tag}`)
  return { supervisor, terminal, office }
}
