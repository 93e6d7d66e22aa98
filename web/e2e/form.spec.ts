import { expect, test } from '@playwright/test'
import { bringCrewsOnDuty, callComesIn } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

test('type and place are enough: the form opens an incident without the mouse, with suggestions as one types', async ({
  browser,
}) => {
  const she = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = she
  await expect(page.locator('#first-steps'), 'nothing is simulated here').toHaveCount(0)
  await page.keyboard.press('F2')
  await expect(page.locator('#new-place')).toBeFocused()
  await page.keyboard.type('market and 8')
  await expect(page.locator('#new-place-list [role=option]').first()).toContainText(/Market/i)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.locator('#new-type')).toBeFocused()
  await page.keyboard.type('vehicle fire')
  await expect(page.locator('#new-type-list [role=option]').first()).toContainText('Vehicle fire')
  await page.keyboard.press('Enter')
  await page.keyboard.type('a van is burning')
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('#sheet[data-tag]')).toContainText('Vehicle fire')
  await expect(she.narrative).toContainText('a van is burning')

  // The same again is shown as already open nearby, and can be taken for the same.
  const tag = await page.locator('#sheet').getAttribute('data-tag')
  await page.keyboard.press('F2')
  await page.locator('#new-place').fill('market and 8')
  await page.locator('#new-place-list [role=option]').first().click()
  await page.locator('#new-type').fill('vehicle fire')
  await page.locator('#new-type').press('Enter')
  const near = page.locator('.near')
  await expect(near).toContainText(tag ?? '')
  await page.locator('#new-narrative').fill('second caller: nobody inside')
  await near.getByRole('button', { name: 'It is the same' }).first().click()
  await expect(she.narrative).toContainText('second caller: nobody inside')
  expect(she.troubles).toEqual([])
  await she.leaves()
})

test('a click on the map gives the place, and a place that is not known can be taken as typed', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url(), map: true })
  const { page } = she
  await expect(page.locator('.map[data-ready=true]')).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('F2')
  const box = await page.locator('.maplibregl-canvas').boundingBox()
  if (!box) throw new Error('no map')
  await page.mouse.click(box.x + box.width * 0.55, box.y + box.height * 0.6)
  await expect(page.locator('#new-place')).not.toHaveValue('')
  await expect(page.locator('.where')).toBeVisible()

  await page.locator('#new-place').fill('behind the old brick kiln')
  await page.locator('#new-type').fill('MED')
  await page.locator('#new-type').press('Enter')
  await page.locator('#new-type').press('Control+Enter')
  await page.getByRole('button', { name: /take it as typed/ }).click()
  await expect(she.sheet).toContainText('behind the old brick kiln')
  await expect(page.locator('#sheet abbr')).toBeVisible()
  await she.leaves()
})

test('the recommendation gives its reasons, and one act sends it', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await he.opensIncident('E 1200 FOLSOM ST VEHICLE FIRE')
  const proposed = he.page.locator('[data-section=recommendation] .proposed li')
  await expect(proposed.first()).toBeVisible()
  await expect(proposed.first().locator('.why').first()).not.toHaveText('')
  await he.page.locator('#send-units').click()
  await expect(he.page.locator('[data-section="assigned"] li')).not.toHaveCount(0)
  await expect(he.incident(tag)).toContainText('Active')
  await he.leaves()
})

test('a call rings, is answered with one key, and brings along what it knows', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = she
  await callComesIn(url(), '1900 Union St', 'MED', 'my mother has fallen')
  await expect(page.locator('#calls li[data-status=waiting]')).toHaveCount(1)
  await page.keyboard.press('F9')
  await expect(page.locator('#new-place')).toHaveValue(/1900 Union St/)
  await expect(page.locator('#new-narrative')).toHaveValue('my mother has fallen')
  await page.keyboard.press('Control+Enter')
  await expect(she.sheet).toContainText('1900 Union St')
  await expect(page.locator('[data-section=calls] .count')).toHaveText('1')
  await expect(page.locator('#calls li')).toHaveCount(0)
  await she.leaves()
})

test('what a field cannot hold of a paste is said beside it, in the language of the screen', async ({ browser }) => {
  const she = await Dispatcher.atTheDoor(browser, { url: url(), language: 'zh-CN' })
  const { page } = she
  await she.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await she.startsTheDemonstration()
  await page.evaluate(() => navigator.clipboard.writeText('长'.repeat(520)))
  await page.keyboard.press('F2')
  await page.locator('#new-place').focus()
  await page.keyboard.press('Control+V')
  await expect(page.locator('#new-place')).toHaveValue('长'.repeat(500))
  await expect(page.locator('[data-cut=yes]')).toContainText('此栏最多 500 个字，粘贴内容的最后 20 个字未能放入')
  await page.keyboard.press('Backspace')
  await expect(page.locator('[data-cut=yes]')).toHaveCount(0)
  await she.leaves()
})
