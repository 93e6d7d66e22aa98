/** A role that needs two factors: a one-time code opens one screen, a passkey of a (virtual) authenticator the console. */
import AxeBuilder from '@axe-core/playwright'
import { expect, request, test, type APIRequestContext } from '@playwright/test'
import { Dispatcher } from './dispatcher'
import { start, type Server } from './server'

const SECRET = 'a long enough secret'
const WORDS = {
  en: {
    title: 'A passkey is needed',
    add: 'Add a passkey',
    off: 'Sign off',
    failed: 'That did not work',
    code: 'Use a one-time code',
    passkey: 'Use a passkey',
    refused: 'two factors',
  },
  'zh-CN': {
    title: '需要通行密钥',
    add: '添加通行密钥',
    off: '离岗',
    failed: '没有成功，或已中断',
    code: '使用一次性代码',
    passkey: '使用通行密钥',
    refused: '双重验证',
  },
}
let server: Server
let admin: APIRequestContext

test.beforeAll(async () => {
  server = await start('--no-simulation', '--two-factors', 'dispatcher')
  admin = await request.newContext({ baseURL: server.url })
  const made = await admin.post('/api/v1/setup', { data: { code: server.setupCode, account: 'wang', secret: SECRET } })
  expect(made.ok(), await made.text()).toBe(true)
})
test.afterAll(() => server.stop())

/** An account of the role, with a one-time code for its first entry. */
async function aCodeFor(account: string): Promise<string> {
  const made = await admin.post('/api/v1/accounts', { data: { account, roles: ['dispatcher'] } })
  expect(made.ok(), await made.text()).toBe(true)
  const given = await admin.post(`/api/v1/accounts/${account}/code`, { data: {} })
  expect(given.ok(), await given.text()).toBe(true)
  return ((await given.json()) as { code: string }).code
}

for (const language of ['en', 'zh-CN'] as const)
  for (const width of [1500, 360]) {
    const words = WORDS[language]
    test(`with a one-time code one adds a passkey and nothing else, and signs in by it from then on (${language}, ${width})`, async ({
      browser,
    }) => {
      const account = `${language === 'en' ? 'ann' : 'lin'}-${width}`
      const code = await aCodeFor(account)
      // Passkeys belong to a name, not to an address in numbers.
      const url = server.url.replace('127.0.0.1', 'localhost')
      const she = await Dispatcher.atTheDoor(browser, { url, language, size: { width, height: 760 } })
      const { page } = she
      const browserSession = await she.context.newCDPSession(page)
      await browserSession.send('WebAuthn.enable')
      const { authenticatorId } = await browserSession.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: false,
          automaticPresenceSimulation: true,
        },
      })

      await page.getByRole('button', { name: words.code }).click()
      await page.locator('input[name=code]').fill(code)
      await page.locator('input[name=account]').fill(account)
      await page.locator('input[name=secret]').fill(SECRET)
      await page.locator('input[name=position]').fill('D4')
      await page.getByRole('checkbox').first().check()
      await page.locator('input[name=secret]').press('Enter')
      await expect(page.getByRole('heading', { name: words.title })).toBeVisible()
      await expect(page.locator('[data-second-factor]')).toContainText(account)
      await expect(page.locator('#command-line')).toHaveCount(0)
      expect((await page.request.get(`${url}/api/v1/board`)).status(), 'nothing else opens').toBe(403)

      await page.reload()
      const add = page.getByRole('button', { name: words.add })
      await add.click()
      await expect(page.getByRole('alert'), 'the finger was none of hers').toContainText(words.failed)
      await expect(add).toBeEnabled()
      const found = await new AxeBuilder({ page }).analyze()
      expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([])
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(wide, 'nothing is cut off').toBeLessThanOrEqual(width)
      await page.screenshot({ path: `test-results/second-factor-${language}-${width}.png` })

      await browserSession.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
      await add.click()
      await she.seesTheBoard()
      const me = (await (await page.request.get(`${url}/api/v1/session`)).json()) as { position: string; groups: string[] }
      expect(me.position).toBe('D4')
      expect(me.groups, 'what was chosen at the door').toHaveLength(1)

      expect((await page.request.delete(`${url}/api/v1/session`)).ok()).toBe(true)
      await expect(page.locator('input[name=account]'), 'the page has heard of it').toBeVisible({ timeout: 30_000 })
      await page.locator('input[name=account]').fill(account)
      await page.locator('input[name=secret]').fill(SECRET)
      await page.locator('input[name=secret]').press('Enter')
      await expect(page.getByRole('alert'), 'the password alone is one factor').toContainText(words.refused)
      await expect(page.getByRole('alert'), 'it is seen').toBeInViewport({ ratio: 0.9 })
      await page.screenshot({ path: `test-results/second-factor-refused-${language}-${width}.png` })
      await page.getByRole('button', { name: words.passkey }).click()
      await she.seesTheBoard()
      expect(she.troubles).toEqual([])
      await she.leaves()
    })
  }

test('who has no passkey at hand signs off again from there', async ({ browser }) => {
  const code = await aCodeFor('mei')
  const she = await Dispatcher.atTheDoor(browser, { url: server.url })
  const { page } = she
  const entered = await page.request.post(`${server.url}/api/v1/session/code`, {
    data: { account: 'mei', code, secret: SECRET, position: 'D5' },
  })
  expect(entered.ok(), await entered.text()).toBe(true)
  await page.reload()
  await page.getByRole('button', { name: WORDS.en.off }).click()
  await expect(page.locator('input[name=account]')).toBeVisible()
  expect((await page.request.get(`${server.url}/api/v1/session`)).status()).toBe(401)
  await she.leaves()
})
