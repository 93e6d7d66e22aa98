/** The day the identity provider is down, with a real one (oidc-provider): a sheet made before, and what people see then. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { start, type Server } from './server'

const PROVIDER = fileURLToPath(new URL('../../tests/adapters/identity/provider', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'turnout-e2e-provider-'))
let server: Server
let provider: ChildProcess
let site = ''

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

test.beforeAll(async () => {
  const port = await freePort()
  writeFileSync(join(folder, 'oidc.secret'), 'a secret of the client\n')
  writeFileSync(join(folder, 'groups'), '["room"]')
  writeFileSync(
    join(folder, 'identity.toml'),
    `[[provider]]
id = "city"
name = { en = "the City", zh = "市统一认证" }
issuer = "http://127.0.0.1:${port}"
client_id = "turnout"
client_secret_file = "oidc.secret"
[[provider.group]]
group = "room"
roles = ["dispatcher"]
`,
  )
  server = await start('--no-simulation', '--identity', join(folder, 'identity.toml'))
  site = server.url.replace('127.0.0.1', 'localhost')
  provider = spawn(process.execPath, ['provider.mjs'], {
    cwd: PROVIDER,
    env: {
      ...process.env,
      PORT: String(port),
      GROUPS: join(folder, 'groups'),
      CLIENT_REDIRECT: `${site}/api/v1/session/sso/city/back`,
      LEAVE_REDIRECT: `${site}/`,
    },
  })
  await new Promise<void>((resolve, reject) => {
    provider.stdout?.on('data', () => resolve())
    provider.on('exit', (code) => reject(new Error(`the provider ended with ${code}: scripts/test installs it`)))
  })
})
test.afterAll(() => {
  provider.kill('SIGKILL')
  server.stop()
  rmSync(folder, { recursive: true, force: true })
})
test.describe.configure({ timeout: 180_000 })

async function throughTheProvider(page: Page): Promise<void> {
  await page.goto(site)
  await page.getByRole('button', { name: 'Sign in by the City' }).click()
  await page.locator('input[name=login]').fill('ana')
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.locator('button[type=submit]').click()
  await page.waitForURL(`${site}/`)
}

test('a sheet made beforehand opens the door while the provider is down, and a second person confirms it', async ({
  browser,
}) => {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await throughTheProvider(page)
  await page.goto(`${site}/admin#own`)
  await expect(page.locator('[data-offline]')).toHaveCount(0)
  await page.locator('[data-make-offline]').click()
  await expect(page.locator('[data-offline-code]')).toHaveCount(10)
  const code = (await page.locator('[data-offline-code]').first().textContent()) ?? ''
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden()
  await page.emulateMedia({ media: 'screen' })
  // Away from the page first: it would go to the door by itself once its session has ended.
  await page.goto('about:blank')
  expect((await page.request.delete(`${site}/api/v1/session`)).ok()).toBe(true)

  await page.goto(site)
  await expect(page.getByRole('button', { name: 'Sign in by the City' })).toBeVisible()
  await expect(page.locator('[data-offline]')).toHaveCount(0)
  provider.kill('SIGKILL')
  const down = page.getByRole('button', { name: 'the City does not answer: use an offline code' })
  await expect(down).toBeVisible({ timeout: 90_000 })
  await down.click()
  await page.locator('input[name="offline-account"]').fill('ana')
  await page.locator('input[name="offline-code"]').fill(code)
  const found = await new AxeBuilder({ page }).include('[data-offline-form]').analyze()
  expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([])
  await page.screenshot({ path: 'test-results/offline-code.png' })
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.locator('[data-offline-form]')).toContainText('用离线代码登录')
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing is cut off').toBeLessThanOrEqual(360)
  await page.screenshot({ path: 'test-results/offline-code-narrow.png' })
  await page.setViewportSize({ width: 1500, height: 900 })
  await page.locator('[data-offline-form] button').click()
  await expect(page.locator('[data-offline-form]')).toHaveCount(0)
  const me = (await (await page.request.get(`${site}/api/v1/session`)).json()) as { actor: string; expires: number }
  expect(me.actor).toBe('ana')
  expect(me.expires - Date.now()).toBeLessThan(4.1 * 3_600_000)

  const supervisor = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await supervisor.request.post(`${site}/api/v1/session/demo`, { data: { role: 'supervisor' } })
  await supervisor.goto(`${site}/admin#reveals`)
  const entry = supervisor.locator('[data-offline-entry="ana"]')
  await expect(entry).toBeVisible()
  await supervisor.screenshot({ path: 'test-results/offline-entries.png' })
  await entry.getByRole('button', { name: 'It was them' }).click()
  await expect(entry).toHaveCount(0)
})
