/** A shared console: locked at once or by itself, opened again by its person, handed over to the next one. */
import AxeBuilder from '@axe-core/playwright'
import { expect, request, test, type APIRequestContext, type Page } from '@playwright/test'
import { Dispatcher } from './dispatcher'
import { start, type Server } from './server'

const SECRET = 'a long enough secret'
const HALF = 'E 500 VALENCIA'
let server: Server
let admin: APIRequestContext

test.beforeAll(async () => {
  server = await start('--no-simulation')
  admin = await request.newContext({ baseURL: server.url })
  const made = await admin.post('/api/v1/setup', { data: { code: server.setupCode, account: 'wang', secret: SECRET } })
  expect(made.ok(), await made.text()).toBe(true)
  for (const account of ['lin', 'chen']) {
    const one = await admin.post('/api/v1/accounts', { data: { account, secret: SECRET, roles: ['dispatcher'] } })
    expect(one.ok(), await one.text()).toBe(true)
  }
})
test.afterAll(() => server.stop())

async function signsIn(she: Dispatcher, account: string, position: string): Promise<void> {
  await she.page.locator('input[name=account]').fill(account)
  await she.page.locator('input[name=secret]').fill(SECRET)
  await she.page.locator('input[name=position]').fill(position)
  await she.page.locator('input[name=secret]').press('Enter')
}

const cover = (page: Page) => page.locator('dialog[data-cover]')

async function locks(page: Page): Promise<void> {
  await page.locator('nav .menu > button').click()
  await page.locator('nav .menu li button', { has: page.locator('kbd') }).click()
  await expect(cover(page)).toBeVisible()
}

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.TURNOUT_SHOTS) await page.screenshot({ path: `${process.env.TURNOUT_SHOTS}/${name}.png` })
}

async function raises(unit: string): Promise<void> {
  expect((await admin.post('/api/v1/commands/raise-duress', { data: { unit } })).ok()).toBe(true)
}

async function clears(unit: string): Promise<void> {
  const supervisor = await request.newContext({ baseURL: server.url })
  await supervisor.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
  await supervisor.post('/api/v1/commands/answer-duress', { data: { unit } })
  expect((await supervisor.post('/api/v1/commands/answer-duress', { data: { unit, clear: true } })).ok()).toBe(true)
}

for (const language of ['en', 'zh-CN'] as const)
  for (const width of [1500, 420]) {
    const isEnglish = language === 'en'
    test(`a locked console shows alarms and nothing else, and its person goes on where they were (${language}, ${width})`, async ({
      browser,
    }) => {
      const she = await Dispatcher.atTheDoor(browser, { url: server.url, language, size: { width, height: 860 } })
      const { page } = she
      await signsIn(she, 'lin', 'D1')
      await she.seesTheBoard()
      const tag = await she.opensIncident('E 1200 MARKET ST MED; Zephyrine fell')
      await page.locator('#command-line').fill(HALF)
      await locks(page)
      await expect(cover(page).getByRole('heading', { level: 1 })).toHaveText(isEnglish ? 'Locked' : '已锁定')

      await expect(page.locator('dialog input[name=secret]')).toBeFocused()

      // Nothing behind it can be read, is in the accessible tree, or takes the keyboard.
      const tree = await page.locator('body').ariaSnapshot()
      expect(tree).not.toContain(tag)
      expect(tree).not.toContain('Zephyrine')
      expect(await page.evaluate(() => document.body.innerText)).not.toContain('Zephyrine')
      for (let presses = 0; presses < 12; presses++) {
        await page.keyboard.press('Tab')
        expect(await page.evaluate(() => document.activeElement?.closest('.page') === null)).toBe(true)
      }
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await page.keyboard.press('F2')
      await expect(cover(page)).toBeVisible()
      await expect.poll(async () => (await page.request.get(`${server.url}/api/v1/board`)).status()).toBe(423)

      // Alarms stay: which unit, how many calls.
      await raises('E07')
      await expect(cover(page).locator('[data-kind=duress]')).toContainText(isEnglish ? '1 duress alarm' : '1 个紧急求助')
      await expect(cover(page).locator('[data-kind=duress]')).toContainText('E07')
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
      expect(violations).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      await shot(page, `lock-${language}-${width}`)
      await clears('E07')

      // Loaded again it is as locked, and nothing is behind it.
      if (width > 1000) {
        await page.reload()
        await expect(cover(page)).toBeVisible()
        expect(await page.locator('.page').innerHTML()).not.toContain('Zephyrine')
      }

      await page.locator('input[name=secret]').fill('not this one at all')
      await page.keyboard.press('Enter')
      await expect(cover(page).getByRole('alert')).toBeVisible()
      await page.locator('input[name=secret]').fill(SECRET)
      await page.getByRole('button', { name: isEnglish ? 'Unlock' : '解锁' }).click()
      await expect(cover(page)).toHaveCount(0)
      await she.seesTheBoard()
      await expect(page.locator('#command-line')).toHaveValue(HALF)
      await expect(page.locator('.who')).toContainText('D1')
      await she.isAccepted(`CANCEL ${tag} DUP`).catch(() => undefined)
      expect(she.troubles).toEqual([])
      await she.leaves()
    })

    test(`the next person takes the position over, and is asked about what was begun (${language}, ${width})`, async ({
      browser,
    }) => {
      const she = await Dispatcher.atTheDoor(browser, { url: server.url, language, size: { width, height: 860 } })
      const { page } = she
      await signsIn(she, 'lin', 'D2')
      await she.seesTheBoard()
      await page.locator('#command-line').fill(HALF)
      await locks(page)
      await page.getByRole('button', { name: isEnglish ? 'Someone else takes over' : '由他人接班' }).click()
      await expect(page.locator('input[name=position]')).toHaveValue('D2')
      await page.locator('input[name=account]').fill('chen')
      await page.locator('dialog input[name=secret]').fill(SECRET)
      await shot(page, `take-over-${language}-${width}`)
      await page.getByRole('button', { name: isEnglish ? 'Take over' : '接班', exact: true }).click()
      await expect(page.getByRole('heading', { level: 2 })).toContainText('lin')
      await shot(page, `left-${language}-${width}`)
      expect((await page.locator('body').ariaSnapshot()).includes(HALF)).toBe(false)
      const keeps = width > 1000
      const answer = isEnglish ? (keeps ? 'Go on with it' : 'Drop it') : keeps ? '接着处理' : '放弃'
      await page.getByRole('button', { name: answer }).click()
      await she.seesTheBoard()
      await expect(page.locator('#command-line')).toHaveValue(keeps ? HALF : '')
      await expect(page.locator('.who')).toContainText('D2')
      const me = (await (await page.request.get(`${server.url}/api/v1/session`)).json()) as { actor: string; position: string }
      expect([me.actor, me.position]).toEqual(['chen', 'D2'])
      expect(she.troubles).toEqual([])
      await she.leaves()
    })
  }

test('a console locks itself after the term of the city, having said so, and a touch keeps it open', async ({ browser }) => {
  const she = await Dispatcher.atTheDoor(browser, { url: server.url })
  const { page } = she
  await signsIn(she, 'lin', 'D3')
  await she.seesTheBoard()
  await page.clock.install()
  await page.reload()
  await she.seesTheBoard()
  await page.clock.fastForward('14:40')
  await expect(page.getByText(/locks itself in \d+ s/)).toBeVisible()
  await page.mouse.move(300, 300)
  await page.clock.fastForward('14:00')
  await expect(cover(page)).toHaveCount(0)
  await page.clock.fastForward('02:00')
  await expect(cover(page)).toBeVisible()
  await she.leaves()
})

test('the key l locks; a passkey unlocks, and every window of the browser with it', async ({ browser }) => {
  // Passkeys belong to a name, not to an address in numbers.
  const she = await Dispatcher.atTheDoor(browser, { url: server.url.replace('127.0.0.1', 'localhost') })
  const { page } = she
  const device = await she.context.newCDPSession(page)
  await device.send('WebAuthn.enable')
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await signsIn(she, 'chen', 'D4')
  await she.seesTheBoard()
  await page.getByTitle('Menu').click()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.locator('[data-last=accepted]')).toBeVisible()
  const wall = await she.context.newPage()
  await wall.goto(`${page.url()}wall`)
  await expect(wall.locator('main.wall')).toBeVisible()
  await page.bringToFront()
  await page.locator('#queue').click({ position: { x: 5, y: 5 } })
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('l')
  await expect(cover(page)).toBeVisible()
  await expect(cover(wall)).toBeVisible()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(cover(page)).toHaveCount(0)
  await expect(cover(wall)).toHaveCount(0)
  await she.seesTheBoard()
  await she.leaves()
})

test('who takes over a page without its right lands on what they may see', async ({ browser }) => {
  const he = await Dispatcher.atTheDoor(browser, { url: server.url, path: '/admin#accounts' })
  const { page } = he
  await signsIn(he, 'wang', 'A1')
  await expect(page.locator('[data-tab=accounts]')).toBeVisible()
  await page.getByRole('button', { name: 'Lock this console' }).click()
  await page.getByRole('button', { name: 'Someone else takes over' }).click()
  await page.locator('input[name=account]').fill('lin')
  await page.locator('dialog input[name=secret]').fill(SECRET)
  await page.getByRole('button', { name: 'Take over', exact: true }).click()
  await expect(page.locator('[data-tab=positions]')).toBeVisible()
  await expect(page.locator('[data-tab=accounts]')).toHaveCount(0)
  await he.leaves()
})

test('a duress alarm and a new call are heard at a locked console', async ({ browser }) => {
  const she = await Dispatcher.atTheDoor(browser, { url: server.url })
  const { page } = she
  await page.addInitScript(() => {
    const tones: number[] = []
    Object.assign(window, { tones })
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when?: number) {
      tones.push(this.frequency.value)
      start.call(this, when)
    }
  })
  await page.evaluate(() => localStorage.setItem('turnout.preferences', JSON.stringify({ language: 'en', sound: true })))
  await page.reload()
  await signsIn(she, 'lin', 'D5')
  await she.seesTheBoard()
  await locks(page)
  await expect(cover(page).locator('[data-alarms]')).toContainText('No duress alarm, no call waits.')
  await page.evaluate(() => ((window as unknown as { tones: number[] }).tones.length = 0))
  const heard = () => page.evaluate(() => (window as unknown as { tones: number[] }).tones.map(Math.round))
  const call = { do: 'take-call', call_id: crypto.randomUUID(), channel: 'phone', text: 'Zephyrine: smoke in the hall' }
  expect((await admin.post('/api/v1/commands', { data: { id: call.call_id, command: call } })).ok()).toBe(true)
  await expect(cover(page).locator('[data-kind=calls]')).toContainText('1 call waits')
  expect(await heard()).toEqual([523, 659])
  await raises('E07')
  await expect(cover(page).locator('[data-kind=duress]')).toContainText('E07')
  expect((await heard()).slice(2)).toEqual([988, 740, 988, 740])
  await shot(page, 'lock-alarms')
  await clears('E07')
  await she.leaves()
})
