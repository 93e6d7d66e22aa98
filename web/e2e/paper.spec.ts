import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

async function isAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).include('dialog').withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`)).toEqual([])
}

/** Types into the field that has the keyboard and goes on to the next, as from a sheet of paper. */
async function types(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await page.keyboard.type(text)
    await page.keyboard.press('Tab')
  }
}

const WORDS = {
  en: {
    menu: 'Menu',
    open: 'Enter from paper',
    sheet: 'Fallback sheet',
    forms: 'Paper forms',
    type: 'VEHICLE FIRE',
    badTime: 'Time: “25:10” is not a time of day.',
    noPlace: 'The place is missing.',
    order: 'after',
    unitEntered: 'entered',
    tidy: 'Take away what is entered',
    whole: '2 incidents are entered whole.',
    back: 'Entered afterwards',
    close: 'Close',
  },
  'zh-CN': {
    menu: '菜单',
    open: '补录纸单',
    sheet: '应急底单',
    forms: '纸质登记表',
    type: 'VEHICLE FIRE',
    badTime: '时间：“25:10”不是有效时间。',
    noPlace: '未填地点。',
    order: '早于',
    unitEntered: '已录入',
    tidy: '清除已录入的',
    whole: '2 起警情已全部录入。',
    back: '事后补录',
    close: '关闭',
  },
} as const

/** The day before yesterday in the city: what is written runs past midnight, and none of it may lie ahead. */
const earlier = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(Date.now() - 2 * 86_400_000)

for (const language of ['en', 'zh-CN'] as const) {
  test(`paper is entered with the keyboard, corrected where it was not taken, and kept until then (${language})`, async ({
    browser,
  }) => {
    const w = WORDS[language]
    const she = await Dispatcher.signedIn(browser, { url: url(), language, theme: language === 'en' ? 'dark' : 'light' })
    const { page } = she
    await page.getByRole('button', { name: w.menu }).last().click()
    for (const name of [w.sheet, w.forms]) {
      const link = page.getByRole('link', { name })
      await expect(link).toHaveAttribute('target', '_blank')
      expect((await page.request.get(new URL((await link.getAttribute('href')) ?? '', url()).href)).status()).toBe(200)
    }
    await page.getByRole('button', { name: w.open }).click()
    const first = page.locator('[data-paper="1"]')
    await isAccessible(page)

    await first.locator('input[type=date]').fill(earlier())
    await first.locator('input').first().focus()
    await page.keyboard.type('P1')
    await first.locator('[data-field=time]').focus()
    await types(page, '25:10')
    await page.keyboard.press('Control+Enter')
    await expect(first.getByRole('alert').first()).toHaveText(`✕ ${w.badTime}`)
    await expect(first).toContainText(w.noPlace)
    await isAccessible(page)

    await first.locator('[data-field=time]').fill('23:50')
    await first.locator('[data-field=time]').press('Tab')
    await types(page, '300 Fillmore St', w.type)
    await expect(page.locator(':focus')).toHaveJSProperty('tagName', 'TEXTAREA')
    await page.keyboard.type('smoke from a car')
    await first.locator('[data-line="1"] input').first().focus()
    await types(page, 'e07', '2352', '23:53', '00:02', '', '', '0040')
    await expect(first.locator('[data-line="1"] input').first()).toHaveValue('E07')
    await first.locator('[data-line="1"] input').last().press('Enter')
    await types(page, 'E01', '23:55', '23:52', '', '', '', '0030')
    await first.locator('[data-field=disposition]').selectOption({ index: 1 })
    const disposition = await first.locator('[data-field=disposition]').inputValue()
    await first.locator('[data-field=closed]').fill('00:45')

    // Nothing of it is lost with the dialog or the page.
    await page.keyboard.press('Escape')
    await page.reload()
    await she.seesTheBoard()
    await page.getByRole('button', { name: w.menu }).last().click()
    await page.getByRole('button', { name: w.open }).click()
    await expect(first.locator('[data-line="2"] input').first()).toHaveValue('E01')

    await page.keyboard.press('Control+Enter')
    await expect(first.locator('[data-tag]')).toBeVisible()
    const tag = (await first.locator('[data-tag]').getAttribute('data-tag')) ?? ''
    expect(tag).not.toBe('')
    await expect(first.locator('[data-line="1"]')).toHaveAttribute('data-entered', 'true')
    await expect(first.locator('[data-line="2"]')).toHaveAttribute('data-entered', 'false')
    await expect(first.locator('[data-line="2"] [role=alert]')).toHaveCount(1)
    await isAccessible(page)
    await page.screenshot({ path: `test-results/paper-${language}.png` })

    // Corrected, and another one with it.
    await first.locator('[data-line="2"] [data-stage=enroute]').fill('23:57')
    await page.locator('#paper .acts button').first().press('Enter')
    const second = page.locator('[data-paper="2"]')
    await expect(second.locator('input[type=date]')).toHaveValue(earlier())
    await second.locator('[data-field=time]').fill('08:15')
    await second.locator('[data-field=time]').press('Tab')
    await types(page, '400 Judah St', w.type)
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('#paper > [role=status]')).toContainText(w.whole)
    await expect(first).toHaveAttribute('data-whole', 'true')

    const asked = { headers: { 'turnout-query': 'place=300%20fillmore' } }
    let id = ''
    await expect(async () => {
      const found = (await (await page.request.get(`${url()}/api/v1/incidents?limit=1`, asked)).json()) as { id: string }[]
      id = found[0]?.id ?? ''
      expect(id).not.toBe('')
    }).toPass()
    const shown = await (await page.request.get(`${url()}/api/v1/incidents/${id}`)).json()
    expect(shown.assignments.map((one: { unit: string }) => one.unit).sort()).toEqual(['E01', 'E07'])
    const [engine] = shown.assignments.filter((one: { unit: string }) => one.unit === 'E07')
    expect(engine.times['on-scene'] - engine.times.dispatched).toBe(10 * 60_000)
    expect([shown.closed - shown.opened, shown.status]).toEqual([55 * 60_000, 'closed'])
    expect(shown.disposition ?? disposition).toBe(disposition)

    await page.getByRole('button', { name: w.tidy }).click()
    await expect(page.locator('[data-paper]')).toHaveCount(1)
    await expect(first.locator('[data-field=time]')).toHaveValue('')
    expect(she.troubles).toEqual([])
    expect(she.strayRequests).toEqual([])
    await she.leaves()
  })
}

test('when no answer comes the paper stays as it is, and entering it again does nothing twice', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, {
    url: url(),
    language: 'zh-CN',
    theme: 'light',
    size: { width: 390, height: 844 },
  })
  const { page } = she
  await page.getByRole('button', { name: '菜单' }).last().click()
  await page.getByRole('button', { name: '补录纸单' }).click()
  const paper = page.locator('[data-paper="1"]')
  await paper.locator('input[type=date]').fill(earlier())
  await paper.locator('[data-field=time]').fill('09:20')
  await paper.locator('[data-field=time]').press('Tab')
  await types(page, '500 Noriega St', 'VEHICLE FIRE')
  // The desk takes it, and its answer is lost.
  await page.route('**/api/v1/paper', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await page.keyboard.press('Control+Enter')
  await expect(paper.getByRole('alert')).toContainText('请原样再次录入，不会重复')
  await expect(paper.locator('[data-field=time]')).toBeDisabled()
  await isAccessible(page)
  await page.screenshot({ path: 'test-results/paper-narrow.png' })
  expect(
    await page.evaluate(
      () => document.querySelector('dialog .body')!.scrollWidth - document.querySelector('dialog .body')!.clientWidth,
    ),
  ).toBe(0)
  await page.unroute('**/api/v1/paper')
  await page.locator('#paper-enter').click()
  await expect(paper.locator('[data-tag]')).toBeVisible()
  const board = await (await page.request.get(`${url()}/api/v1/board`)).json()
  const same = Object.values(board.tables.incidents as Record<string, { location: { text: string } }>).filter((one) =>
    one.location.text.toUpperCase().startsWith('500 NORIEGA'),
  )
  expect(same).toHaveLength(1)
  await she.leaves()
})
