import { expect, test } from '@playwright/test'
import { Cable } from './cable'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string
let cable: Cable

test.beforeAll(() => bringCrewsOnDuty(url()))
test.beforeEach(async () => {
  cable = await new Cable(url()).lay()
})
test.afterEach(() => cable.remove())

test('the cable is pulled and restored: what was typed and done is kept, sent once, and the screen catches up', async ({
  browser,
}) => {
  const ann = await Dispatcher.signedIn(browser, { url: cable.url })
  const bo = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await ann.opensIncident('E 900 NORTH POINT ST MED')
  await ann.types('N ' + tag + ' half a sentence that')

  cable.pull()
  await expect(ann.page.getByText(/Cut off since \d\d:\d\d:\d\d/)).toBeVisible({ timeout: 15_000 })
  await expect(ann.line).toHaveValue(`N ${tag} half a sentence that`)
  await ann.page.keyboard.type(' was begun before')
  await ann.page.keyboard.press('Enter')
  await expect(ann.page.locator('.outbox')).toContainText('not sent yet')
  await ann.writes('written while cut off')
  await expect(ann.page.locator('.outbox')).toContainText('2 acts')

  // Meanwhile the world goes on.
  const other = await bo.opensIncident('E 3300 SACRAMENTO ST FALL')

  cable.plugIn()
  await expect(ann.page.locator('.link .dot')).toBeVisible({ timeout: 20_000 })
  await expect(ann.incident(other)).toBeVisible()
  await expect(ann.page.locator('.outbox')).toHaveCount(0)
  await ann.chooses(tag)
  await bo.chooses(tag)
  for (const one of [ann, bo]) {
    await expect(one.narrative.getByText('half a sentence that was begun before')).toHaveCount(1)
    await expect(one.narrative.getByText('written while cut off')).toHaveCount(1)
  }
  expect(ann.troubles).toEqual([])
  await ann.leaves()
  await bo.leaves()
})

test('typed text survives a reload: the line, a field and the new-incident form', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: cable.url })
  const tag = await ann.opensIncident('E 1500 SUTTER ST MED')
  await ann.page.locator('#narrative').fill('not sent, only typed')
  await ann.types('D E0')
  await ann.page.keyboard.press('F2')
  await ann.page.locator('#new-place').fill('Union Square')
  await ann.page.reload()
  await ann.seesTheBoard()
  await expect(ann.line).toHaveValue('D E0')
  await expect(ann.page.locator('#new-place')).toHaveValue('Union Square')
  await ann.page.locator('[data-pane=new-incident] header').getByRole('button', { name: 'Close' }).click()
  await ann.chooses(tag)
  await expect(ann.page.locator('#narrative')).toHaveValue('not sent, only typed')
  await ann.leaves()
})

test('two windows of one browser share the stream and the selection', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await ann.opensIncident('E 600 CASTRO ST MED')
  const second = await ann.context.newPage()
  await second.goto(`${url()}/`)
  await expect(second.locator(`#queue tr[data-tag="${tag}"]`)).toBeVisible()
  await ann.page.locator('#queue tbody tr').last().click()
  const chosen = await ann.page.locator('#sheet').getAttribute('data-tag')
  await expect(second.locator(`#queue tr[data-tag="${chosen}"]`)).toHaveAttribute('aria-selected', 'true')
  await ann.leaves()
})
