/** The log of the door: an auditor sees who came in and who did not, in either language; a dispatcher does not. */
import { expect, test, type Browser, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { start, type Server } from './server'

let server: Server
test.beforeAll(async ({ request }) => {
  server = await start('--no-simulation')
  const wrong = { account: 'my own password', secret: 'not this one at all' }
  for (let n = 0; n < 3; n++) expect((await request.post(`${server.url}/api/v1/session`, { data: wrong })).status()).toBe(401)
})
test.afterAll(() => server.stop())
test.describe.configure({ timeout: 120_000 })

async function at(browser: Browser, role: string, language: 'en' | 'zh-CN', theme = 'dark', width = 1500): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  await context.addInitScript(
    ([language, theme]) => localStorage.setItem('turnout.preferences', JSON.stringify({ language, theme, sound: false })),
    [language, theme],
  )
  const page = await context.newPage()
  const answer = await page.request.post(`${server.url}/api/v1/session/demo`, { data: { role, position: '', language } })
  expect(answer.ok()).toBe(true)
  await page.goto(`${server.url}/admin#signIns`)
  return page
}

test('an auditor sees who came in and who did not, how often and why, and never what was typed', async ({ browser }) => {
  const page = await at(browser, 'auditor', 'en')
  await expect(page.locator('tr[data-act="signed-in"]').first()).toContainText('Demonstration')
  await page.getByLabel('Only what failed').check()
  await page.getByRole('button', { name: 'Look', exact: true }).click()
  await expect(page.locator('tr[data-act="signed-in"]')).toHaveCount(0)
  const refused = page.locator('tr[data-act="not-let-in"]').last()
  await expect(refused).toContainText('not known')
  await expect(refused).toContainText('No such account')
  await expect(refused).toContainText('127.0.0.1')
  await expect(page.locator('main')).not.toContainText('my own password')
})

test('one account is looked for by its name', async ({ browser }) => {
  const page = await at(browser, 'auditor', 'zh-CN')
  await expect(page.locator('tr[data-act="signed-in"]').first()).toContainText('演示')
  await page.locator('input[name="account"]').fill('nobody')
  await page.getByRole('button', { name: '查询', exact: true }).click()
  await expect(page.locator('tr[data-act]')).toHaveCount(0)
})

test('a dispatcher is not shown the log', async ({ browser }) => {
  const page = await at(browser, 'dispatcher', 'en')
  await expect(page.locator('[data-tab="positions"]')).toBeVisible()
  await expect(page.locator('[data-tab="signIns"]')).toHaveCount(0)
})

for (const [theme, language, width] of [
  ['dark', 'en', 1500],
  ['light', 'zh-CN', 420],
] as const)
  test(`the log of the door has no barrier, ${theme}, ${language}, ${width} px wide`, async ({ browser }) => {
    const page = await at(browser, 'auditor', language, theme, width)
    await expect(page.locator('tr[data-act]').first()).toBeVisible()
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
    expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([])
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wide, 'the page is wider than the screen').toBeLessThanOrEqual(0)
    if (process.env.TURNOUT_SHOTS)
      await page.screenshot({ path: `${process.env.TURNOUT_SHOTS}/sign-ins-${theme}-${language}-${width}.png` })
  })
