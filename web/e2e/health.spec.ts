/** How the server is: said in a sentence to those who look after the room, and to nobody who has other things to do. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { start, type Server } from './server'
import { at, shot } from './pages'

let server: Server
test.beforeAll(async () => {
  // A limit that any disk is beyond: an alarm that stands from the beginning.
  const limits = join(mkdtempSync(join(tmpdir(), 'turnout-limits-')), 'alarms.toml')
  writeFileSync(limits, '[disk-probe]\nwarn = 0.0001\nsevere = 99999\n')
  server = await start('--no-simulation', '--alarms', limits)
})
test.afterAll(() => server.stop())
test.describe.configure({ timeout: 120_000 })

async function untilAlarmed(page: Page): Promise<void> {
  const alarms = async () => {
    const answer = await page.request.get(`${server.url}/health`)
    return ((await answer.json()) as { alarms: { key: string }[] }).alarms.map((one) => one.key)
  }
  await expect.poll(alarms, { timeout: 90_000 }).toContain('disk-probe')
}

test('a supervisor is told of an alarm on the console, and reads on one page what it means', async ({ browser }) => {
  const page = await at(server.url, browser, 'supervisor')
  await untilAlarmed(page)
  await page.goto(server.url)
  const notice = page.locator('header .server')
  await expect(notice).toContainText('Server: ')
  await shot(page, 'health-notice-en')
  await notice.click()
  const alarm = page.locator('[data-alarm="disk-probe"]')
  await expect(alarm).toContainText('for one small write')
  await expect(alarm).toContainText('since')
  await expect(page.locator('[data-queue="first-lane"]')).toContainText('4,096')
  await expect(page.locator('main [role="status"]')).toContainText('Somebody should look')
})

test('a dispatcher is not told', async ({ browser }) => {
  const page = await at(server.url, browser, 'dispatcher')
  await untilAlarmed(page)
  await page.goto(server.url)
  await expect(page.locator('.who').first()).toBeVisible()
  await expect(page.locator('header .server')).toHaveCount(0)
})

for (const [theme, language, width] of [
  ['dark', 'en', 1500],
  ['light', 'zh-CN', 1500],
  ['dark', 'zh-CN', 420],
  ['light', 'en', 420],
] as const)
  test(`the page has no barrier, ${theme}, ${language}, ${width} px wide`, async ({ browser }) => {
    const page = await at(server.url, browser, 'supervisor', { language, theme, width })
    await untilAlarmed(page)
    await page.goto(`${server.url}/admin#health`)
    await expect(page.locator('[data-alarm="disk-probe"]')).toBeVisible()
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
    expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([])
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wide, 'the page is wider than the screen').toBeLessThanOrEqual(0)
    await shot(page, `health-${theme}-${language}-${width}`)
  })
