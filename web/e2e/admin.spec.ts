/** Whoever keeps the room running: accounts, tables, positions, and who did what; in both languages. */
import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { start, type Server } from './server'

const SECRET = 'correct horse battery'
let server: Server
test.beforeAll(async () => {
  server = await start('--no-simulation')
})
test.afterAll(() => server.stop())
// Each goes on where the one before ended: one server, one set of accounts.
test.describe.configure({ mode: 'serial', timeout: 120_000 })
const contexts: BrowserContext[] = []
test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
})

async function atThePage(browser: Browser, language: 'en' | 'zh-CN', theme = 'dark', width = 1500): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  contexts.push(context)
  await context.addInitScript(
    ([language, theme]) => localStorage.setItem('turnout.preferences', JSON.stringify({ language, theme, sound: false })),
    [language, theme],
  )
  return context.newPage()
}

async function signedIn(page: Page, account = 'root', secret = SECRET): Promise<void> {
  const answer = await page.request.post(`${server.url}/api/v1/session`, { data: { account, secret } })
  expect(answer.ok()).toBe(true)
}

async function open(page: Page, tab: string): Promise<void> {
  await page.goto(`${server.url}/admin#${tab}`)
  await expect(page.locator(`[data-tab="${tab}"][aria-pressed="true"]`)).toBeVisible()
}

test('the first administrator makes an account, whose person chooses a password with the one-time code', async ({ browser }) => {
  const page = await atThePage(browser, 'en')
  const made = await page.request.post(`${server.url}/api/v1/setup`, {
    data: { code: server.setupCode, account: 'root', secret: SECRET },
  })
  expect(made.ok()).toBe(true)
  await open(page, 'accounts')
  await page.getByRole('button', { name: 'New account' }).click()
  const form = page.getByRole('form', { name: 'New account' })
  await form.locator('input[name="account"]').fill('sue')
  await form.getByLabel('Supervisor').check()
  await form.getByRole('button', { name: 'Make, with a one-time code' }).click()
  const code = await page.locator('[data-code]').textContent()
  expect(code).toMatch(/^[A-Z0-9]{4}(-[A-Z0-9]{4}){6}$/)
  await expect(page.locator('[data-account="sue"]')).toContainText('Supervisor')

  const hers = await atThePage(browser, 'zh-CN')
  await hers.goto(server.url)
  await hers.getByRole('button', { name: '使用一次性代码' }).click()
  await hers.locator('input[name="account"]').fill('sue')
  await hers.locator('input[name="code"]').fill(code ?? '')
  await hers.locator('input[name="secret"]').fill(SECRET)
  await hers.getByRole('button', { name: '设置密码并登录' }).click()
  await expect(hers.locator('.link .dot')).toBeVisible({ timeout: 20_000 })
})

test('the last administrator cannot be disabled, and is told why', async ({ browser }) => {
  const page = await atThePage(browser, 'zh-CN')
  await signedIn(page)
  await open(page, 'accounts')
  await page.locator('[data-account="root"]').getByRole('button', { name: '停用' }).click()
  await expect(page.locator('.notice')).toContainText('root 是唯一的管理员')
  await page.locator('[data-account="sue"]').getByRole('button', { name: '停用' }).click()
  await expect(page.locator('[data-account="sue"]')).toContainText('已停用')
  await page.locator('[data-account="sue"]').getByRole('button', { name: '启用' }).click()
  await expect(page.locator('[data-account="sue"]')).toContainText('使用中')
})

test('a type is changed on the screen, checked, published, and taken over by a console without a reload', async ({ browser }) => {
  const supervisor = await atThePage(browser, 'en')
  await signedIn(supervisor, 'sue')
  const console_ = await atThePage(browser, 'en')
  await signedIn(console_, 'root')
  await console_.goto(server.url)
  await expect(console_.locator('.link .dot')).toBeVisible({ timeout: 20_000 })

  await open(supervisor, 'tables')
  const first = supervisor.locator('.entries li').first()
  const code = (await first.getAttribute('data-entry')) ?? ''
  await first.locator('.entry').click()
  await supervisor.getByLabel('Look back (days)').fill('77')
  await supervisor.getByLabel('Agencies', { exact: true }).fill('NOBODY')
  await supervisor.getByRole('button', { name: 'Keep in the draft' }).click()
  await supervisor.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(supervisor.locator('[data-errors]')).not.toHaveAttribute('data-errors', '0')
  await expect(supervisor.locator('[data-severity="error"]').first()).toContainText('types.toml row 1')

  await supervisor.locator(`[data-entry="${code}"]`).getByRole('button', { name: 'Take back' }).click()
  await supervisor.locator(`[data-entry="${code}"] .entry`).click()
  await supervisor.getByLabel('Look back (days)').fill('77')
  await supervisor.getByRole('button', { name: 'Keep in the draft' }).click()
  await supervisor.getByLabel('Note').fill('a shorter look back')
  const published = console_.waitForResponse((reply) => reply.url().endsWith('/api/v1/city'))
  await supervisor.getByRole('button', { name: 'Publish' }).click()
  const tables = (await (await published).json()) as { catalogue: { types: Record<string, { look_back_days: number }> } }
  expect(tables.catalogue.types[code]?.look_back_days).toBe(77)

  await supervisor.locator('[data-tab="versions"]').click()
  await expect(supervisor.locator('[data-in-force="true"]')).toContainText('a shorter look back')
  await supervisor.locator('[data-in-force="false"]').last().getByRole('button', { name: 'Put back' }).click()
  await expect(supervisor.locator('[data-in-force="true"]')).toContainText('puts back')
})

test('what is in the draft is still there after leaving the page', async ({ browser }) => {
  const page = await atThePage(browser, 'zh-CN')
  await signedIn(page, 'sue')
  await open(page, 'tables')
  await page.getByLabel('搜索').fill('struct')
  await page.locator('.entries li').first().locator('.entry').click()
  await page.getByLabel('历史回看（天）').fill('33')
  await page.getByRole('button', { name: '存入草稿' }).click()
  await page.reload()
  await expect(page.getByRole('heading', { name: '草稿：1 处修改' })).toBeVisible()
  await page.getByRole('button', { name: '检查', exact: true }).click()
  await expect(page.locator('.differences')).toContainText('历史回看（天）')
  await page.getByRole('button', { name: '放弃草稿' }).click()
  await expect(page.getByRole('heading', { name: '草稿：0 处修改' })).toBeVisible()
})

test('a supervisor gives groups to positions, and everybody sees which are nobody’s', async ({ browser }) => {
  const dispatcher = await atThePage(browser, 'zh-CN')
  await signedIn(dispatcher, 'root')
  await dispatcher.goto(server.url)
  await expect(dispatcher.locator('.who')).toBeVisible()
  await expect(dispatcher.locator('.unattended'), 'whoever has chosen none answers for all').toHaveCount(0)

  const page = await atThePage(browser, 'en')
  await signedIn(page, 'sue')
  await open(page, 'positions')
  const rows = page.locator('tr[data-position]')
  await expect(rows.first()).toBeVisible()
  for (const row of await rows.all()) {
    await row.getByRole('checkbox').first().click()
    await expect(row.getByRole('checkbox').first()).toBeChecked()
  }
  await expect(dispatcher.locator('.unattended')).toContainText('无人负责')
  await expect(dispatcher.locator('.unattended')).not.toContainText('各调度组')
  await rows.first().getByRole('checkbox').first().click()
  await expect(rows.first().getByRole('checkbox').first()).not.toBeChecked()
  await expect(dispatcher.locator('.unattended')).toHaveCount(0)
})

test('an auditor reads who did what', async ({ browser }) => {
  const page = await atThePage(browser, 'en')
  await signedIn(page)
  const made = await page.request.post(`${server.url}/api/v1/accounts`, {
    data: { account: 'al', secret: SECRET, roles: ['auditor'] },
  })
  expect(made.ok()).toBe(true)
  await signedIn(page, 'al')
  await open(page, 'audit')
  await page.getByLabel('Who').fill('root')
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.locator('main table')).toContainText('account made, sue')
})

for (const theme of ['dark', 'light'])
  for (const [language, width] of [
    ['en', 1500],
    ['zh-CN', 420],
  ] as const)
    test(`the pages have no barrier, ${theme}, ${language}, ${width} px wide`, async ({ browser }) => {
      const page = await atThePage(browser, language, theme, width)
      await signedIn(page)
      for (const tab of ['accounts', 'tokens', 'tables', 'versions', 'roads', 'positions']) {
        await open(page, tab)
        await expect(page.locator('main').locator('tbody tr, .entries li, form').first()).toBeVisible()
        const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
        expect(found.violations.map((one) => `${tab}: ${one.id} ${one.nodes[0]?.html}`)).toEqual([])
        if (process.env.TURNOUT_SHOTS)
          await page.screenshot({ path: `${process.env.TURNOUT_SHOTS}/${tab}-${theme}-${language}.png` })
      }
    })
