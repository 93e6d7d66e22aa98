import { expect, test, type Browser, type Page } from '@playwright/test'
import { Cable } from './cable'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_WATCH as string

test.beforeAll(() => bringCrewsOnDuty(url()))

/** The monitor on the wall of a station. */
async function theScreenOf(
  browser: Browser,
  station: string,
  seat: { url?: string; language?: 'en' | 'zh-CN'; theme?: 'dark' | 'light' } = {},
) {
  const screen = await Dispatcher.atTheDoor(browser, { url: url(), path: `/station/${station}`, map: true, ...seat })
  await screen.page.locator('form.demo button.main').click()
  await expect(screen.page.locator(`main.station[data-station="${station}"]`)).toBeVisible()
  return screen
}

const stateOf = (page: Page) => page.locator('main.station')

test('a dispatch rings in the station, is acknowledged there, and the dispatcher sees both', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  const screen = await theScreenOf(browser, 'ST01', { language: 'zh-CN' })
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'idle')
  await expect(screen.page.locator('[data-unit="E01"]')).toContainText('E01')
  if (process.env.SHOTS) await screen.page.screenshot({ path: `${process.env.SHOTS}/station-idle-zh.png` })

  const tag = await ann.opensIncident('E 1000 HOWARD ST STRUCTURE FIRE; smoke from the second floor')
  await ann.isAccepted(`D E01 ${tag}`)
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'alarm')
  await expect(screen.page.locator('article')).toContainText('出动')
  await expect(screen.page.locator('article')).toContainText('1000 Howard St')
  await expect(screen.page.locator('article [data-unit="E01"] .clock')).toContainText('标准')
  await expect(screen.page.locator('.steps ol li').first()).toContainText('行驶')

  const row = ann.sheet.locator('[data-section="alerts"] [data-station="ST01"]')
  await expect(row).toHaveAttribute('data-state', 'delivered')
  await expect(row).toContainText('Delivered, not acknowledged')
  if (process.env.SHOTS) {
    await screen.page.waitForTimeout(3000)
    await screen.page.screenshot({ path: `${process.env.SHOTS}/station-alarm-zh.png` })
    await ann.page.screenshot({ path: `${process.env.SHOTS}/console-delivered-en.png` })
  }
  await screen.page.getByRole('button', { name: '确认收到' }).click()
  await expect(screen.page.getByRole('status').filter({ hasText: '已确认' })).toBeVisible()
  await expect(row).toHaveAttribute('data-state', 'acknowledged')
  await expect(ann.assigned('E01')).toContainText('Acknowledged')
  if (process.env.SHOTS) await ann.page.screenshot({ path: `${process.env.SHOTS}/console-acknowledged-en.png` })

  // The crew leaves: the screen is free for the next one.
  await ann.isAccepted('S E01 ENR')
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'idle')
  await ann.isAccepted('S E01 ONS')
  await ann.isAccepted('C E01')
  expect([...ann.troubles, ...screen.troubles]).toEqual([])
  expect(screen.strayRequests).toEqual([])
  await ann.leaves()
  await screen.leaves()
})

test('a station is warned while the call is taken, and told plainly when nobody goes', async ({ browser }) => {
  const bo = await Dispatcher.signedIn(browser, { url: url(), language: 'zh-CN' })
  const screen = await theScreenOf(browser, 'ST01', { theme: 'light' })
  await bo.opensIncident('PA 935 FOLSOM ST STRUCTURE FIRE')
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'warning')
  await expect(screen.page.locator('article')).toContainText('Warning: not sent yet')
  const row = bo.sheet.locator('[data-section="alerts"] [data-station="ST01"]')
  await expect(row).toContainText('已预警')
  if (process.env.SHOTS) {
    await screen.page.screenshot({ path: `${process.env.SHOTS}/station-warning-en-light.png` })
    await bo.page.screenshot({ path: `${process.env.SHOTS}/console-warned-zh.png` })
  }
  await row.getByRole('button', { name: '撤销预警' }).click()
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'called-off')
  await expect(screen.page.locator('article')).toContainText('Warning withdrawn: nobody from here goes')
  await screen.page.getByRole('button', { name: 'Understood' }).click()
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'idle')
  await bo.sheet.locator('[data-section="alerts"]').getByRole('button', { name: '预警首到站点' }).click()
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'warning')
  await bo.leaves()
  await screen.leaves()
})

test('a screen that is cut off says since when and comes back by itself', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  const cable = await new Cable(url()).lay()
  const screen = await theScreenOf(browser, 'ST13', { url: cable.url })
  cable.pull()
  await expect(screen.page.locator('.cut-note')).toContainText(/Cut off since \d\d:\d\d:\d\d/, { timeout: 40_000 })
  if (process.env.SHOTS) await screen.page.screenshot({ path: `${process.env.SHOTS}/station-cut-en.png` })
  const tag = await ann.opensIncident('E 500 SANSOME ST STRUCTURE FIRE')
  await ann.isAccepted(`D E13 ${tag}`)
  await expect(ann.sheet.locator('[data-station="ST13"]')).toHaveAttribute('data-state', 'sent')
  cable.plugIn()
  await expect(stateOf(screen.page)).toHaveAttribute('data-state', 'alarm', { timeout: 40_000 })
  await expect(screen.page.locator('.cut-note')).toHaveCount(0)
  await expect(ann.sheet.locator('[data-station="ST13"]')).toHaveAttribute('data-state', 'delivered')
  await ann.leaves()
  await screen.leaves()
  await cable.remove()
})

test('a dispatcher who looks at a station’s page does not answer for it', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  await ann.page.goto(`${url()}/station/ST36`)
  await expect(ann.page.getByRole('note')).toContainText('neither reports delivery nor acknowledges')
  const bo = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await bo.opensIncident('E 100 OAK ST STRUCTURE FIRE')
  await bo.isAccepted(`D E36 ${tag}`)
  await expect(stateOf(ann.page)).toHaveAttribute('data-state', 'alarm')
  await expect(ann.page.getByRole('button', { name: 'Acknowledged' })).toBeDisabled()
  await expect(bo.sheet.locator('[data-station="ST36"]')).toHaveAttribute('data-state', 'sent')
  await ann.leaves()
  await bo.leaves()
})
