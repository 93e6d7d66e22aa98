import { expect, request, test, type APIRequestContext } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string
const AWAY = ['E15', 'E33', 'E43', 'E19', 'E39']

/** Engines that this spec brought on duty, to send home again: other specs count on few crews. */
let brought: string[] = []
let supervisor: APIRequestContext

interface Board {
  tables: { units: Record<string, { id: string; kind: string; agency: string; status: { stage: string; moving_to?: string } }> }
}

async function does(command: Record<string, unknown>): Promise<void> {
  const reply = await supervisor.post('/api/v1/commands', { data: { id: crypto.randomUUID(), command } })
  if (!reply.ok()) throw new Error(await reply.text())
}

async function comesOnDuty(...units: string[]): Promise<void> {
  for (const unit of units) await does({ do: 'log-on', unit })
  brought.push(...units)
}

test.beforeAll(async () => {
  await bringCrewsOnDuty(url())
  supervisor = await request.newContext({ baseURL: url() })
  await supervisor.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
})

test.afterEach(async () => {
  await bringCrewsOnDuty(url())
  if (brought.length) await does({ do: 'log-off', units: brought })
  brought = []
})

test.afterAll(() => supervisor.dispose())

test('a gap in the coverage is shown, and one act with the keyboard moves up who restores most', async ({ browser }) => {
  const { tables } = (await (await supervisor.get('/api/v1/board')).json()) as Board
  const engines = Object.values(tables.units).filter((unit) => unit.kind === 'engine' && unit.agency === 'FIRE')
  await comesOnDuty(...engines.filter((unit) => unit.status.stage === 'off-duty').map((unit) => unit.id))
  const she = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await she.opensIncident('E 1000 OCEAN AVE STRUCTURE FIRE')
  await she.isAccepted(`D ${AWAY.join(' ')} ${tag}`)

  const strip = she.page.locator('#outlook')
  await expect(strip.locator('.move')).toBeVisible({ timeout: 30_000 })
  await expect(strip).toContainText('First engine')
  if (process.env.SHOTS) await she.page.screenshot({ path: `${process.env.SHOTS}/strip-en.png` })
  await she.types('CV')
  await expect(she.explanation).toContainText('First engine', { timeout: 20_000 })
  await she.page.keyboard.press('Enter')
  const figures = she.page.getByRole('dialog', { name: 'Coverage' })
  await expect(figures.locator('tbody tr')).toHaveCount(4)
  await expect(figures.locator('.gaps li').first()).toContainText('of its area within “First engine”')
  if (process.env.SHOTS) await she.page.screenshot({ path: `${process.env.SHOTS}/sheet-en.png` })
  const best = figures.locator('.moves li').first()
  const unit = (await best.getAttribute('data-move')) as string
  await best.locator('button').focus()
  await she.page.keyboard.press('Enter')
  // What has been done is no longer offered, and the unit is on its way.
  await expect(figures.locator(`[data-move="${unit}"]`)).toHaveCount(0, { timeout: 20_000 })
  await she.page.keyboard.press('Escape')
  const board = (await (await supervisor.get('/api/v1/board')).json()) as Board
  expect(board.tables.units[unit]?.status.moving_to).toMatch(/^ST/)
  expect(she.troubles).toEqual([])
  await she.leaves()
})

test('更近的单元空闲后建议换派，一键完成并记录原因', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url(), language: 'zh-CN' })
  const tag = await he.opensIncident('新 1000 OCEAN AVE 建筑火灾')
  await he.isAccepted(`派 E13 ${tag}`)
  await comesOnDuty('E15')
  const offered = he.page.locator('[data-section="swaps"] li')
  await expect(offered).toContainText('E15 可比 E13', { timeout: 40_000 })
  await expect(he.page.locator('#outlook [data-swap="E13"]')).toContainText(tag)
  if (process.env.SHOTS) await he.page.screenshot({ path: `${process.env.SHOTS}/swap-zh.png` })
  await offered.getByRole('button', { name: '换派 E15 替 E13' }).press('Enter')
  await expect(he.assigned('E15')).toBeVisible()
  await expect.poll(() => he.assignedUnits).toEqual(['E15'])
  await expect(offered).toHaveCount(0)
  await he.page.locator('[data-section="chronology"] button').first().click()
  await expect(he.page.locator('[data-section="chronology"]')).toContainText('E15 可早到')
  expect(he.troubles).toEqual([])
  await he.leaves()
})

test('the form says who answers at a place, by discipline', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url() })
  await she.page.keyboard.press('F2')
  await she.page.locator('#new-place').fill('1000 OCEAN AVE')
  await expect(she.page.locator('#new-place-list [role=option]').first()).toBeVisible()
  await she.page.locator('#new-place').press('Enter')
  const answers = she.page.getByRole('list', { name: 'Who answers here' })
  await expect(answers).toContainText('Fire Station 15')
  await expect(answers).toContainText('Ambulance')
  await expect(answers).toContainText('police station')
  if (process.env.SHOTS) await she.page.screenshot({ path: `${process.env.SHOTS}/form-en.png` })
  expect(she.troubles).toEqual([])
  await she.leaves()
})
