/** Adaptive control tried beside the plans in force: begun, followed, read; advice that nothing can be made of. */
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
from tests.signals.districts.fake_sumo import install, install_library
home = install(Path(${JSON.stringify(home)}), "well", locked=(2,))
install_library(home)`
  execFileSync(join(root, '.venv/bin/python'), ['-c', made], { cwd: root })
  process.env.SUMO_HOME = home
  server = await start('--no-simulation')
})
test.afterAll(() => {
  delete process.env.SUMO_HOME
  server.stop()
  rmSync(home, { recursive: true, force: true })
})

async function engineer(browser: Parameters<typeof signedIn>[1], look: Looked): Promise<Page> {
  const page = await signedIn(server.url, browser, 'traffic-engineer', look)
  await page.goto(`${server.url}/engineer#adaptive`)
  await expect(page.locator('[data-district]')).toBeVisible({ timeout: 60_000 })
  return page
}

test('adaptive control is tried with broken detectors: figures, longest waits, who fell back and why, and no way to propose it', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const page = await engineer(browser, { width: 1600 })
  const pane = page.locator('[data-pane="adaptive"]')
  await expect(pane).toContainText('drives no controller of the city, and nothing here can be proposed or released')
  await pane.getByLabel('Detectors').selectOption('stuck')
  await pane.getByRole('button', { name: 'Try it' }).click()
  await expect(pane.locator('.job')).toContainText(/simulating|waits|begun/)
  const delay = pane.locator('[data-figure="delay_s"]')
  await expect(delay).toHaveAttribute('data-verdict', 'alike', { timeout: 240_000 })
  await expect(delay).toContainText('−5.0')
  await expect(pane.locator('thead').first()).toContainText('Adaptive control')
  await expect(pane.locator('[data-gridlock]')).toHaveText(/Gridlock, Plans in force, seed 2/)
  const junctions = page.locator('[data-adapted]')
  await expect(junctions).toHaveCount(7)
  await expect(junctions.first()).toContainText(/\d+ s/)
  const fallen = page.locator('[data-adapted]:not([data-on-plan="0"])')
  await expect(fallen.first()).toContainText('ran its plan with 5 of 5 seeds')
  await expect(fallen.first()).toContainText('always occupied (5 of 5)')
  await expect(fallen.first().locator('[data-broken]')).toHaveText(/broken: .+, found with every seed/)
  await expect(pane.locator('[data-long]')).toContainText('5 seeds are 10 runs')
  await expect(page.getByRole('button', { name: /Propose|Release/ })).toHaveCount(0)
  await shot(page, 'engineer-adaptive-wide-en')
  await page.reload()
  await expect(delay).toBeVisible({ timeout: 60_000 })
  await page.context().close()
})

test('窄屏：说明仅为建议，可开始并取消', async ({ browser }) => {
  const page = await engineer(browser, { language: 'zh-CN', theme: 'light', width: 420 })
  const pane = page.locator('[data-pane="adaptive"]')
  await expect(pane).toContainText('不驱动本市任何信号机')
  await pane.getByRole('button', { name: '开始试用' }).click()
  await pane.getByRole('button', { name: '取消' }).click()
  await expect(pane.locator('[data-state="cancelled"]')).toBeVisible({ timeout: 60_000 })
  const over = await page.evaluate(() => {
    const shell = document.querySelector('.engineer') as HTMLElement
    return shell.scrollWidth - shell.clientWidth
  })
  expect(over).toBeLessThanOrEqual(0)
  await page.context().close()
})
