/** Signing in with a password manager, what stays in the browser, and showing again who one is. */
import { expect, test } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { Dispatcher } from './dispatcher'
import { start, type Server } from './server'

const SECRET = 'correct horse battery'
const SAID = 'the neighbour says he has a knife'
let server: Server
test.beforeAll(async () => {
  server = await start('--no-simulation')
})
test.afterAll(() => server.stop())
// Each goes on where the one before ended: one server, one set of accounts.
test.describe.configure({ mode: 'serial', timeout: 120_000 })

async function atTheDoor(
  browser: Parameters<typeof Dispatcher.atTheDoor>[0],
  language: 'en' | 'zh-CN' = 'en',
): Promise<Dispatcher> {
  const one = await Dispatcher.atTheDoor(browser, { url: server.url.replace('127.0.0.1', 'localhost'), language })
  await one.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  return one
}

async function signsIn(one: Dispatcher): Promise<void> {
  await one.page.locator('input[name=account]').fill('root')
  await one.page.locator('input[name=secret]').fill(SECRET)
  await one.page.locator('input[name=secret]').press('Enter')
  await one.seesTheBoard()
}

test('every password can be pasted, and password managers are told what is what', async ({ browser, request }) => {
  const made = await request.post(`${server.url}/api/v1/setup`, {
    data: { code: server.setupCode, account: 'root', secret: SECRET },
  })
  expect(made.ok()).toBe(true)
  const one = await atTheDoor(browser)
  const { page } = one
  const field = (name: string) => page.locator(`input[name=${name}]`)
  await expect(field('account')).toHaveAttribute('autocomplete', /username/)
  await expect(field('secret')).toHaveAttribute('autocomplete', 'current-password')
  await field('account').fill('root')
  await page.evaluate((secret) => navigator.clipboard.writeText(secret), SECRET)
  await field('secret').focus()
  await page.keyboard.press('ControlOrMeta+V')
  await expect(field('secret')).toHaveValue(SECRET)
  await field('secret').press('Enter')
  await one.seesTheBoard()

  await page.locator('body').press('l')
  const cover = page.locator('[data-cover]')
  if (!(await cover.isVisible())) {
    await page.getByTitle('Menu').click()
    await page.getByRole('button', { name: 'Lock' }).first().click()
  }
  await expect(cover.locator('input[name=secret]')).toHaveAttribute('autocomplete', 'current-password')
  await cover.locator('input[name=secret]').focus()
  await page.keyboard.press('ControlOrMeta+V')
  await expect(cover.locator('input[name=secret]')).toHaveValue(SECRET)
  await page.keyboard.press('Enter')
  await expect(cover).toBeHidden()
  await one.leaves()

  const new_ = await atTheDoor(browser)
  await new_.page.getByRole('button', { name: 'one-time code' }).click()
  await expect(new_.page.locator('input[name=secret]')).toHaveAttribute('autocomplete', 'new-password')
  await new_.page.locator('input[name=secret]').focus()
  await new_.page.evaluate((secret) => navigator.clipboard.writeText(secret), SECRET)
  await new_.page.keyboard.press('ControlOrMeta+V')
  await expect(new_.page.locator('input[name=secret]')).toHaveValue(SECRET)
  await new_.leaves()
})

test('what was typed is there after a reload, sealed, and gone from the browser when one signs off', async ({ browser }) => {
  const one = await atTheDoor(browser)
  const { page } = one
  await signsIn(one)
  await page.keyboard.press('F2')
  await page.locator('#new-narrative').fill(SAID)
  // The page begins anew when a session has ended: asked in that moment, it is asked again.
  const kept = () => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))
  const storage = () =>
    kept().catch((fault: Error) => {
      if (!/context was destroyed/.test(fault.message)) throw fault
      return page.waitForLoadState().then(kept)
    })
  await expect.poll(storage).toContain('turnout.sealed')
  await page.waitForTimeout(300)
  expect(await storage()).not.toContain('knife')
  await page.reload()
  await one.seesTheBoard()
  await expect(page.locator('#new-narrative')).toHaveValue(SAID)
  await page.getByTitle('Menu').click()
  await page.getByRole('button', { name: 'Sign off' }).click()
  await expect(page.locator('input[name=secret]')).toBeVisible()
  expect(await storage()).not.toContain('turnout.sealed')
  await signsIn(one)
  await expect(page.getByText(SAID)).toHaveCount(0)

  // Without a connection, and ended from elsewhere.
  await page.keyboard.press('F2')
  await page.locator('#new-narrative').fill(SAID)
  await expect.poll(storage).toContain('turnout.sealed')
  await page.request.delete(`${one.seat.url}/api/v1/session`)
  await expect(page.locator('input[name=secret]')).toBeVisible()
  expect(await storage()).not.toContain('turnout.sealed')
  expect(one.troubles).toEqual([])
  await one.leaves()
})

for (const language of ['en', 'zh-CN'] as const)
  test(`who changes how one gets in shows again who it is, and ends a session that is not known: ${language}`, async ({
    browser,
    request,
  }) => {
    const elsewhere = await request.post(`${server.url}/api/v1/session`, {
      data: { account: 'root', secret: SECRET, position: 'D9' },
    })
    expect(elsewhere.ok()).toBe(true)
    const one = await atTheDoor(browser, language)
    const { page } = one
    await signsIn(one)
    await page.goto(`${one.seat.url}/admin#own`)
    await expect(page.locator('[data-session=this]')).toHaveCount(1)
    const others = page.locator('[data-session=other]')
    const before = await others.count()
    expect(before).toBeGreaterThan(0)
    let isLate = true
    // As ten minutes later.
    await page.route('**/api/v1/session/own/*', async (route) => {
      if (!isLate) return route.continue()
      isLate = false
      const body = JSON.stringify({ code: 'proof-needed', detail: 'proof' })
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body })
    })
    await others.first().getByRole('button').click()
    const dialog = page.locator('dialog:has([data-proof])')
    await expect(dialog).toBeVisible()
    expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])
    await page.screenshot({ path: `test-results/proof-${language}.png` })
    await dialog.locator('input[name=secret]').fill('not this one at all')
    await dialog.locator('button.main').click()
    await expect(dialog.getByRole('alert')).toBeVisible()
    await dialog.locator('input[name=secret]').fill(SECRET)
    await dialog.locator('button.main').click()
    await expect(dialog).toBeHidden()
    await expect(others).toHaveCount(before - 1)
    await page.screenshot({ path: `test-results/sessions-${language}.png` })
    expect(one.troubles).toEqual([])
    await one.leaves()
  })
