/** A draft whose plans run at different hours: each hour simulated, proposed as one set, released by another person. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'
import { at as signedIn, shot, type Looked } from './pages'
import { start, type Server } from './server'

let server: Server
const home = mkdtempSync(join(tmpdir(), 'turnout-sumo-'))

test.beforeAll(async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const made = `from pathlib import Path
from tests.signals.districts.fake_sumo import install
install(Path(${JSON.stringify(home)}), "well", at_offset="47")`
  execFileSync(join(root, '.venv/bin/python'), ['-c', made], { cwd: root })
  process.env.SUMO_HOME = home
  server = await start('--no-simulation')
})
test.afterAll(() => {
  delete process.env.SUMO_HOME
  server.stop()
  rmSync(home, { recursive: true, force: true })
})

async function engineer(browser: Parameters<typeof signedIn>[1], look: Looked, hash: string): Promise<Page> {
  const page = await signedIn(server.url, browser, 'traffic-engineer', look)
  await page.goto(`${server.url}/engineer${hash}`)
  await expect(page.locator('[data-district]')).toBeVisible({ timeout: 60_000 })
  return page
}

test('plans of two hours are simulated each, proposed together, and released as one by who sees both', async ({ browser }) => {
  test.setTimeout(180_000)
  const page = await engineer(browser, { width: 1600 }, '#plans')
  const lists = page.locator('[data-pane="plan-list"] select')
  await lists.nth(0).selectOption('221')
  await lists.nth(1).selectOption('0')
  await page.getByRole('button', { name: 'Copy plan' }).click()
  await page.getByLabel('Offset').fill('7')
  await page.getByLabel('Offset').press('Tab')
  const week = page.locator('[data-pane="plan-week"]')
  const sets = async (plan: string, from: string, to: string) => {
    await week.getByRole('group').getByRole('button', { name: plan, exact: true }).click()
    await week.getByLabel('from', { exact: true }).fill(from)
    await week.getByLabel('to', { exact: true }).fill(to)
    await week.getByRole('button', { name: `Run ${plan} then` }).click()
  }
  await sets('0-2', '00:00', '07:00')
  await lists.nth(1).selectOption('0')
  await sets('0', '07:00', '00:00')
  await page.getByRole('button', { name: 'Compare and propose' }).click()
  await page.getByRole('button', { name: 'Simulate before and after' }).click()
  const runs = page.locator('[data-run]')
  await expect(runs).toHaveCount(2, { timeout: 30_000 })
  await expect(page.locator('[data-run][data-state="done"]')).toHaveCount(2, { timeout: 90_000 })
  await expect(runs.nth(0)).toContainText('Mon 00:00')
  await runs.nth(1).getByRole('button').click()
  await expect(page.locator('.figures')).toContainText('07:00')
  await shot(page, 'engineer-hours-wide-en')
  await page.reload()
  await expect(page.locator('[data-run][data-state="done"]')).toHaveCount(2, { timeout: 60_000 })
  await page.getByLabel('Reason').fill('two hours')
  await page.getByRole('button', { name: 'Propose', exact: true }).click()
  const proposed = page.locator('[data-proposal]').first()
  await expect(proposed.locator('[data-period]')).toHaveCount(2)
  const other = await engineer(browser, { language: 'zh-CN', theme: 'light', width: 420 }, '#release')
  const card = other.locator('[data-proposal]').first()
  await expect(card.locator('[data-period="07:00"]')).toContainText('延误')
  await card.getByRole('button', { name: '比较' }).click()
  await expect(other.getByLabel('仿真', { exact: true })).toBeVisible()
  await other.getByLabel('仿真', { exact: true }).selectOption({ label: '周一 07:00' })
  await expect(other.locator('.figures')).toContainText('07:00')
  await shot(other, 'engineer-hours-narrow-zh')
  const over = await other.evaluate(() => {
    const shell = document.querySelector('.engineer') as HTMLElement
    return shell.scrollWidth - shell.clientWidth
  })
  expect(over).toBeLessThanOrEqual(0)
  await card.getByRole('button', { name: '发布', exact: true }).click()
  await card.locator('form').getByRole('button', { name: '发布' }).click()
  await expect(other.locator('[data-in-force="true"]')).toContainText('two hours')
  await page.context().close()
  await other.context().close()
})
