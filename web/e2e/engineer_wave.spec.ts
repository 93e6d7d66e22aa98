/** The wave on speeds that our own vehicles were measured at, and arterials put together here, which are kept and renamed. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'
import { at as signedIn, shot, type Looked } from './pages'
import { start, type Server } from './server'

let server: Server
const city = mkdtempSync(join(tmpdir(), 'turnout-city-'))

/** The sample's district with a file as `turnout signals travel` writes it: 30 km/h where 40 to 50 are planned with. */
function measured(): void {
  const district = join(city, 'districts', 'bologna-acosta')
  const rows = ['235,221,8,other,12,30.0', '221,235,8,other,8,30.0', '221,210,8,other,9,30.0', '221,210,9,other,4,25.0']
  const content = [
    'arterial,from,to,hour,run,times,speed_kmh',
    ...rows.map((row) => `ring,${row}`),
    'ring,221,210,10,urgent,50,90.0',
  ]
  writeFileSync(join(district, 'travel.csv'), content.join('\n') + '\n')
  const head = readFileSync(join(district, 'district.toml'), 'utf8')
  writeFileSync(join(district, 'district.toml'), head.replace('counts = "counts.csv"', '$&\ntravel_times = "travel.csv"'))
}

test.beforeAll(async () => {
  cpSync(fileURLToPath(new URL('../../src/turnout/city/folders/san-francisco', import.meta.url)), city, { recursive: true })
  measured()
  server = await start('--no-simulation', '--city', city)
})
test.afterAll(() => {
  server.stop()
  rmSync(city, { recursive: true, force: true })
})

async function wave(browser: Parameters<typeof signedIn>[1], look: Looked): Promise<Page> {
  const page = await signedIn(server.url, browser, 'traffic-engineer', look)
  await page.goto(`${server.url}/engineer#wave`)
  await opened(page)
  return page
}

/** The district is read; where a busy machine let the question run out, it is asked again as the page offers. */
async function opened(page: Page): Promise<void> {
  const again = page.locator('[role="alert"] button')
  await expect(async () => {
    await expect(page.locator('[data-district]').or(again).first()).toBeVisible({ timeout: 60_000 })
    if (await again.isVisible()) await again.click()
    await expect(page.locator('[data-district]')).toBeVisible({ timeout: 20_000 })
  }).toPass({ timeout: 150_000 })
}

/** What the page asked for a wave: speeds of each section, or only the arterial's identity. */
async function asks(page: Page, button: string): Promise<unknown> {
  const [asked] = await Promise.all([
    page.waitForRequest((one) => one.url().endsWith('/bands')),
    page.getByRole('button', { name: button, exact: true }).click(),
  ])
  const { arterial } = asked.postDataJSON() as { arterial: string | { stops: { speed_kmh: number[] }[] } }
  return typeof arterial === 'string' ? arterial : arterial.stops.map((stop) => stop.speed_kmh)
}

test('a wave is coordinated at speeds that were measured, by one press, and at the planned ones again by another', async ({
  browser,
}) => {
  test.setTimeout(300_000)
  const page = await wave(browser, { width: 1600 })
  const offered = page.locator('[data-measured] button')
  // Four runs at nine are too few, and those under priority at ten say nothing.
  await expect(offered).toHaveCount(1)
  await expect(offered).toHaveText('Take 30 km/h: 9 runs, 08–09')
  const found = page.locator('[data-pane="wave-found"]')
  const offset = found.locator('[data-site]').nth(1)
  expect(await asks(page, 'Coordinate')).toBe('ring')
  await expect(found).toContainText('proven optimum', { timeout: 60_000 })
  const planned = await offset.getAttribute('aria-valuenow')
  await offered.click()
  await expect(offered).toHaveAttribute('aria-pressed', 'true')
  const slow = [30, 30]
  expect(await asks(page, 'Coordinate')).toEqual([slow, slow, expect.anything()])
  await expect(offset).not.toHaveAttribute('aria-valuenow', planned ?? '', { timeout: 60_000 })
  await expect(found).toContainText('proven optimum')
  await shot(page, 'engineer-measured-wide-en')
  await offered.click()
  await expect(offered).toHaveAttribute('aria-pressed', 'false')
  expect(await asks(page, 'Coordinate')).toBe('ring')
  await expect(offset).toHaveAttribute('aria-valuenow', planned ?? '', { timeout: 60_000 })
  await page.context().close()
})

test('自组干道：改名后刷新仍在，可再组同样的一条，删除后刷新不再出现', async ({ browser }) => {
  test.setTimeout(300_000)
  const page = await wave(browser, { language: 'zh-CN', theme: 'light', width: 390 })
  const chosen = page.locator('.chooser select').first()
  const named = page.locator('[data-made]').first()
  const makes = async () => {
    await page.getByRole('button', { name: '选取路口组成干道…' }).click()
    const list = page.locator('.making select')
    for (const id of ['219', '220']) await list.selectOption(id)
    await page.getByRole('button', { name: '生成干道' }).click()
    await expect(page.locator('.making')).toHaveCount(0)
  }
  await expect(named).toHaveCount(0)
  await makes()
  await named.fill('科斯塔街')
  await named.press('Tab')
  await expect(chosen.locator('option:checked')).toHaveText('科斯塔街')
  await makes()
  await expect(chosen.locator('option')).toHaveCount(4)
  await chosen.selectOption({ label: '科斯塔街' })
  await page.reload()
  await opened(page)
  await expect(chosen.locator('option:checked')).toHaveText('科斯塔街')
  await expect(named).toHaveValue('科斯塔街')
  await expect(page.locator('[data-pane="wave-now"]')).toContainText('科斯塔街')
  await shot(page, 'engineer-kept-narrow-zh')
  // Of the district itself nothing is renamed or removed.
  await chosen.selectOption('ring')
  await expect(named).toHaveCount(0)
  await chosen.selectOption({ label: '科斯塔街' })
  await page.getByRole('button', { name: '移除', exact: true }).first().click()
  await expect(chosen.locator('option')).toHaveCount(3)
  await page.reload()
  await opened(page)
  await expect(chosen.locator('option')).toHaveCount(3)
  await expect(chosen.locator('option', { hasText: '科斯塔街' })).toHaveCount(0)
  await page.context().close()
})
