import { expect, test } from '@playwright/test'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test('the demonstration starts with one button, in either language, and the language changes live', async ({ browser }) => {
  const she = await Dispatcher.atTheDoor(browser, { url: url(), language: 'zh-CN' })
  await expect(she.page.getByRole('button', { name: '开始演示' })).toBeVisible()
  await she.page.getByRole('button', { name: 'English' }).click()
  await expect(she.page.getByRole('button', { name: 'Start the demonstration' })).toBeVisible()
  await she.startsTheDemonstration()
  await expect(she.page.getByRole('heading', { name: 'Incidents' })).toBeVisible()
  await she.page.keyboard.press('F10')
  await expect(she.page.getByRole('heading', { name: '警情', exact: true })).toBeVisible()
  await expect(she.page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  expect(she.troubles).toEqual([])
  await she.leaves()
})

test('the set-up code makes the first administrator, once; then there is an account to sign in with', async ({ browser }) => {
  const admin = await Dispatcher.atTheDoor(browser, { url: url(), path: '/setup' })
  const { page } = admin
  await page.locator('input[name=code]').fill(process.env.TURNOUT_DESK_CODE as string)
  await page.locator('input[name=account]').fill('wang')
  await page.locator('input[name=secret]').fill('a long enough secret')
  await page.getByRole('button', { name: 'Make the administrator' }).click()
  await admin.seesTheBoard()
  await page.getByTitle('Menu').click()
  await page.getByRole('button', { name: 'Sign off' }).click()
  await expect(page.locator('input[name=account]')).toBeVisible()

  await page.locator('input[name=account]').fill('wang')
  await page.locator('input[name=secret]').fill('not this one at all')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.locator('input[name=secret]').fill('a long enough secret')
  await page.locator('input[name=position]').fill('S1')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await admin.seesTheBoard()
  await expect(page.locator('.who')).toContainText('S1')
  await expect(page.locator('.who')).toContainText('wang')
  await admin.leaves()
})

test('a passkey can be added to an account and then signs in without a password', async ({ browser }) => {
  // Passkeys belong to a name, not to an address in numbers.
  const named = url().replace('127.0.0.1', 'localhost')
  const she = await Dispatcher.atTheDoor(browser, { url: named })
  const { page } = she
  const session = await she.context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.locator('input[name=account]').fill('wang')
  await page.locator('input[name=secret]').fill('a long enough secret')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await she.seesTheBoard()
  await page.getByTitle('Menu').click()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.locator('[data-last=accepted]')).toBeVisible()
  await page.getByTitle('Menu').click()
  await page.getByRole('button', { name: 'Sign off' }).click()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await she.seesTheBoard()
  await expect(page.locator('.who')).toContainText('wang')
  await she.leaves()
})
