/** Every message between parts is found by the incident's number and followed to its rows; a person is not. */
import { expect, test, type Browser, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { start, type Server } from './server'
import { at, type Looked } from './pages'

let server: Server
let number = ''
let tag = ''
test.beforeAll(async ({ request }) => {
  server = await start('--no-simulation')
  expect((await request.post(`${server.url}/api/v1/session/demo`, { data: { role: 'supervisor' } })).ok()).toBe(true)
  const line = { text: 'E 300 MISSION ST STRUCTURE FIRE; smoke, says Mrs Appleby', run: true, id: 'l1' }
  const answer = (await (await request.post(`${server.url}/api/v1/line`, { data: line })).json()) as {
    answer: { outcome: { incident: string; number: string; tag: string } }
  }
  const { incident } = answer.answer.outcome
  ;({ number, tag } = answer.answer.outcome)
  const give = (id: string, command: object) => request.post(`${server.url}/api/v1/commands`, { data: { id, command } })
  await give('c1', { do: 'log-on', unit: 'E01' })
  expect((await give('c2', { do: 'assign-units', incident_id: incident, units: ['E01'] })).ok()).toBe(true)
  expect((await give('c3', { do: 'assign-units', incident_id: incident, units: ['NOBODY'] })).ok()).toBe(false)
  for (let n = 0; n < 120; n++)
    await give(`n${n}`, { do: 'add-narrative', incident_id: incident, entry_id: `e${n}`, text: 'says Mrs Appleby' })
})
test.afterAll(() => server.stop())
test.describe.configure({ timeout: 120_000 })

async function atTheMessages(browser: Browser, role: string, looked: Looked = {}): Promise<Page> {
  const page = await at(server.url, browser, role, looked)
  await page.goto(`${server.url}/admin#messages`)
  return page
}

async function ofTheIncident(page: Page, look: string): Promise<void> {
  await page.locator('input[name="incident"]').fill(number)
  await page.getByRole('button', { name: look, exact: true }).click()
  await expect(page.locator('tr[data-message]').first()).toBeVisible()
}

test('an auditor finds every message of an incident by its number, page by page, and follows one to its rows', async ({
  browser,
}) => {
  const page = await atTheMessages(browser, 'auditor')
  await ofTheIncident(page, 'Look')
  await expect(page.locator('tr[data-message]')).toHaveCount(100)
  await page.getByRole('button', { name: 'Older' }).click()
  const opened = page.locator('tr[data-message="open-incident"]')
  await expect(opened).toHaveCount(1)
  await expect(page.locator('tr[data-message="station-alert"]').first()).toContainText('Station ST')
  const refused = page.locator('tr[data-message="assign-units"].no')
  await expect(refused).toContainText('Refused unknown-unit')
  const assigned = page.locator('tr[data-message="assign-units"]:not(.no)')
  await expect(assigned).toContainText('Done')
  await expect(assigned).toContainText(/\d B/)
  await expect(assigned).toContainText(/\d ms/)
  await expect(assigned).toContainText(tag)
  await assigned.getByRole('button', { name: 'More' }).click()
  await expect(page.locator('[data-row]').first()).toContainText('E01')
  await expect(page.locator('main')).not.toContainText('Appleby')
})

test('an incident that is not there is said, and nothing old stays on the screen', async ({ browser }) => {
  const page = await atTheMessages(browser, 'auditor', { language: 'zh-CN' })
  await ofTheIncident(page, '查询')
  await page.locator('input[name="incident"]').fill('F99')
  await page.getByRole('button', { name: '查询', exact: true }).click()
  await expect(page.locator('.notice')).toContainText('F99')
  await expect(page.locator('tr[data-message]')).toHaveCount(0)
})

test('a dispatcher is not shown the messages', async ({ browser }) => {
  const page = await atTheMessages(browser, 'dispatcher')
  await expect(page.locator('[data-tab="positions"]')).toBeVisible()
  await expect(page.locator('[data-tab="messages"]')).toHaveCount(0)
})

for (const [theme, language, width, look] of [
  ['dark', 'en', 1500, 'Look'],
  ['light', 'zh-CN', 1500, '查询'],
  ['dark', 'zh-CN', 420, '查询'],
  ['light', 'en', 420, 'Look'],
] as const)
  test(`the messages have no barrier, ${theme}, ${language}, ${width} px wide`, async ({ browser }) => {
    const page = await atTheMessages(browser, 'auditor', { language, theme, width })
    await ofTheIncident(page, look)
    await page.locator('tr[data-message] button[aria-expanded]').first().click()
    await expect(page.locator('[data-row]').first()).toBeVisible()
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
    expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([])
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wide, 'the page is wider than the screen').toBeLessThanOrEqual(0)
    if (process.env.TURNOUT_SHOTS)
      await page.screenshot({ path: `${process.env.TURNOUT_SHOTS}/messages-${theme}-${language}-${width}.png` })
  })
