import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

/** WCAG 2.2 A and AA, without the map's canvas, which axe cannot look into. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .exclude('.maplibregl-map')
    .analyze()
  expect(
    violations.map(
      (one) =>
        `${one.id}: ${one.nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`)
          .join(' | ')}`,
    ),
  ).toEqual([])
}

for (const theme of ['dark', 'light'] as const) {
  test(`sign-in and console keep to WCAG 2.2 AA, ${theme}`, async ({ browser }) => {
    const she = await Dispatcher.atTheDoor(browser, { url: url(), theme, size: { width: 1920, height: 1080 } })
    await expect(she.page.locator('form.demo')).toBeVisible()
    await expectAccessible(she.page)
    await she.startsTheDemonstration()
    await she.opensIncident('E 1100 FILLMORE ST STRUCTURE FIRE')
    await she.unit('E07').click()
    await she.types('D E')
    await expect(she.page.locator('#line-completions')).toBeVisible()
    await expectAccessible(she.page)
    await she.page.keyboard.press('F2')
    await expect(she.page.locator('#new-place')).toBeVisible()
    await expectAccessible(she.page)
    await she.leaves()
  })
}

test('a narrow screen shows one pane at a time and loses nothing', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url(), map: true, size: { width: 390, height: 844 }, language: 'zh-CN' })
  const { page } = she
  await expect(page.getByRole('heading', { name: '警情', exact: true })).toBeVisible()
  for (const [button, heading] of [
    ['单元', '单元'],
    ['来电', '来电'],
    ['地图', '地图'],
    ['警情单', /警情单/],
  ] as const) {
    await page.getByRole('navigation', { name: '窗格' }).getByRole('button', { name: button, exact: true }).click()
    await expect(page.getByRole('heading', { name: heading }).first()).toBeVisible()
  }
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(overflow).toBe(0)
  await expectAccessible(page)
  await she.leaves()
})

test('on a narrow screen the coverage line wraps, however long its names are', async ({ browser }) => {
  const she = await Dispatcher.atTheDoor(browser, { url: url(), size: { width: 390, height: 844 }, language: 'zh-CN' })
  const { page } = she
  const name = { en: 'Patrol cars within reach of every beat', zh: '各责任区内可按时到达的巡逻车与骑警摩托车所占的需求比例' }
  const standard = {
    standard: 's',
    name,
    capability: 'c',
    travel_s: 240,
    weighted_by: 'ground',
    now: 0,
    soon: 0,
    usual: 0.5,
    text: name,
  }
  const gap = { standard: 's', station: 'ST07', lost: 0.5, lost_soon: 0.5, within: 0.5, text: name }
  const coverage = { at: 0, seq: 1, standards: [standard, { ...standard, standard: 'z' }], gaps: [gap], moves: [], stations: {} }
  await page.route('**/api/v1/coverage', (route) => route.fulfill({ json: coverage }))
  await she.startsTheDemonstration()
  await expect(page.locator('#outlook .cover')).toContainText('0.0%')
  const cut = () =>
    page
      .locator('#outlook :is(span, b, button):not(.off-screen)')
      .evaluateAll((parts) =>
        parts.filter((part) => part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.textContent),
      )
  expect(await cut()).toEqual([])
  coverage.gaps = []
  await expect(page.locator('#outlook .cover')).toHaveCount(0, { timeout: 15_000 })
  expect(await cut()).toEqual([])
  await she.leaves()
})
