import { expect, test } from '@playwright/test'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

/** The flow itself is tested against a real provider in tests/adapters/identity; here it is what people see of it. */
test('a provider is a button at the door, and what it refuses is said in either language', async ({ browser }) => {
  const she = await Dispatcher.atTheDoor(browser, { url: url() })
  const { page } = she
  await page.route('**/api/v1/session/sso', (route) =>
    route.fulfill({ json: [{ id: 'city', name: { en: 'the City', zh: '市统一认证' } }] }),
  )
  let asked = ''
  await page.route('**/api/v1/session/sso/city', (route) => {
    asked = route.request().postData() ?? ''
    return route.fulfill({ json: { url: `${url()}/?refused=sign-on-refused` } })
  })
  await page.reload()
  await page.locator('input[name=position]').fill('D7')
  await page.getByRole('button', { name: 'Sign in by the City' }).click()
  await expect(page.getByRole('alert')).toContainText('did not let you in')
  expect(JSON.parse(asked)).toEqual({ position: 'D7' })
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.getByRole('button', { name: '通过市统一认证登录' })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('未予通过')
  await page.screenshot({ path: 'test-results/single-sign-on.png' })
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing is cut off').toBeLessThanOrEqual(360)
  await page.screenshot({ path: 'test-results/single-sign-on-narrow.png' })
  await she.leaves()
})
