import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

async function opensUnit(page: Page, unit: string): Promise<void> {
  await page.keyboard.press('Escape')
  await page.keyboard.press('F4')
  await page.locator('input.find').fill(unit)
  await page.locator(`#units [data-id="${unit}"]`).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('#unit-sheet')).toBeFocused()
  await expect(page.locator('#unit-sheet')).toHaveAttribute('data-unit', unit)
}

/** No element that a person with a screen reader or weak eyes could not use (WCAG 2.2 AA). */
async function isAccessible(page: Page, part: string): Promise<void> {
  const found = await new AxeBuilder({ page }).include(part).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`)).toEqual([])
}

test('a crew is logged on from the unit sheet with names, skills, vehicle and odometer', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = he
  await he.isAccepted('L E36 OFF')
  await opensUnit(page, 'E36')
  await page.locator('#log-on').click()
  const form = page.locator('#log-on-form')
  await form.getByLabel('Staff number').first().fill('7001')
  await form.getByLabel('Name').first().fill('Chen')
  await form.getByLabel('Add a skill…').first().selectOption('cantonese')
  for (const number of ['7002', '7003', '7004']) {
    await form.getByRole('button', { name: /Add a member/ }).click()
    await form.getByLabel('Staff number').last().fill(number)
  }
  await form.getByLabel('Vehicle').fill('R36')
  await form.getByLabel('Odometer, km').fill('12034,5')
  await form.getByRole('button', { name: 'Log on' }).click()
  const sheet = page.locator('#unit-sheet')
  await expect(sheet.locator('[data-section=unit-crew] li')).toHaveCount(4)
  await expect(sheet).toContainText('Speaks Cantonese')
  await expect(sheet.locator('[data-section=unit-crew] dl')).toContainText('12034.5')

  // The same person on another unit is refused, and what was typed stays.
  await opensUnit(page, 'E35')
  await page.locator('#log-on').click()
  await form.getByLabel('Staff number').first().fill('7001')
  await form.getByRole('button', { name: 'Log on' }).click()
  await expect(form.getByRole('alert')).toContainText('7001 is on duty on E36')
  await expect(form.getByLabel('Staff number').first()).toHaveValue('7001')
  await form.getByRole('button', { name: 'Back' }).click()

  // One that speaks Cantonese is asked for, from the line and in the panel.
  await he.opensIncident('E 1200 CLEMENT ST VEHICLE FIRE')
  await he.isAccepted('R +CANTONESE')
  await expect(page.locator('#recommend-capability')).toHaveValue('cantonese')
  const proposed = page.locator('[data-section=recommendation] .proposed li')
  await expect(proposed).toHaveCount(1)
  await expect(proposed.first()).toHaveAttribute('data-unit', 'E36')
  expect(he.troubles).toEqual([])
  await he.leaves()
})

test('what a unit holds is shown in order, reordered and dropped', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = he
  const tags: string[] = []
  for (const place of ['100 LARKIN ST', '2000 MISSION ST', '300 JUDAH ST']) {
    await he.isAccepted(`E ${place} VEHICLE FIRE`)
    const open = () => he.sheet.getAttribute('data-tag')
    await expect.poll(async () => [null, ...tags].includes(await open())).toBe(false)
    tags.push((await open()) ?? '')
  }
  const [first, second, third] = tags as [string, string, string]
  await he.isAccepted(`Q E13 ${first}`)
  await he.isAccepted(`Q E13 ${second}`)
  await he.chooses(third)
  await he.isAccepted('QS E13')
  const held = page.locator('[data-section=unit-stack] li[data-tag]')
  const order = () => held.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-tag')))
  await expect.poll(order).toEqual([first, second])
  await page.getByRole('button', { name: `Hold ${third} for it` }).click()
  await expect.poll(order).toEqual([first, second, third])
  await page.getByRole('button', { name: `${third} earlier` }).click()
  await expect.poll(order).toEqual([first, third, second])
  await page.getByRole('button', { name: `${first} later` }).click()
  await expect.poll(order).toEqual([third, first, second])
  await page.getByRole('button', { name: `No longer hold ${first}` }).click()
  await expect.poll(order).toEqual([third, second])
  await page.keyboard.press('Escape')
  await he.isAccepted(`Q E13 ${second} FIRST`)
  await expect.poll(order).toEqual([second, third])
  await he.leaves()
})

test('a refusal that a person may go over offers it with a reason, for buttons and lines', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = he
  await he.isAccepted('L E13 OFF')
  await he.opensIncident('E 500 CASTRO ST VEHICLE FIRE')
  await he.isRefused('D E13')
  await page.locator('#anyway input').fill('crew is in the station')
  await page.keyboard.press('Enter')
  await expect(he.assigned('E13')).toBeVisible()
  await expect(page.locator('#anyway')).toHaveCount(0)

  // The task of a unit that was sent is changed; its kilometres come with its status.
  await he.assigned('E13').getByLabel('Task of E13').selectOption({ label: 'Search' })
  await expect(he.assigned('E13').getByLabel('Task of E13')).toHaveValue('search')
  await he.isAccepted('S E13 ENR 500')
  await he.isAccepted('S E13 ONS 504.5')
  await expect(he.assigned('E13')).toContainText('504.5 km')
  await opensUnit(page, 'E13')
  await expect(page.locator('[data-section=unit-legs] tr[data-stage=on-scene]')).toContainText('4.5 km')

  // Set back: refused, then done with a reason; cleared likewise.
  await page.getByLabel('Status of E13').selectOption('ENR')
  await page.locator('#anyway input').fill('pressed too early')
  await page.locator('#anyway button.main').click()
  await expect(page.locator('#unit-sheet .status')).toContainText('En route')
  await page.locator('#unit-sheet').getByRole('button', { name: 'Clear', exact: true }).click()
  await page.locator('#anyway input').fill('not needed')
  await page.locator('#anyway button.main').click()
  await expect(page.locator('#unit-sheet .status')).toContainText('Available')
  await expect(page.locator('[data-section=unit-history]')).toContainText('not needed')
  await he.leaves()
})

test('shifts are planned, refused where they overlap, begun and found in the history', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = she
  await she.isAccepted('L 55 OFF')
  await she.types('')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.locator('#open-roster').click()
  await page.getByRole('button', { name: 'New shift' }).click()
  const form = page.locator('#shift-form')
  await form.locator('#shift-unit').fill('55')
  await form.getByLabel('Staff number').fill('8001')
  await form.getByLabel('Name').fill('Lee')
  await form.getByRole('button', { name: 'Plan the shift' }).click()
  const row = page.locator('#roster li[data-unit="55"]')
  await expect(row).toContainText('Lee')

  await page.getByRole('button', { name: 'New shift' }).click()
  await form.locator('#shift-unit').fill('56')
  await form.getByLabel('Staff number').fill('8001')
  await form.getByRole('button', { name: 'Plan the shift' }).click()
  await expect(form.getByRole('alert')).toContainText('8001 is on 55')
  await isAccessible(page, '#shift-form')
  await form.getByRole('button', { name: 'Back' }).click()
  await isAccessible(page, '#roster')

  await row.getByRole('button', { name: 'Log on as planned 55' }).click()
  await expect(row).toContainText('running')
  await page.getByRole('button', { name: 'Close' }).first().click()
  await opensUnit(page, '55')
  const sheet = page.locator('#unit-sheet')
  await expect(sheet.locator('[data-section=unit-shifts]')).toContainText('running')
  await sheet.getByRole('button', { name: 'One hour longer' }).click()
  await expect(sheet.locator('[data-section=unit-history]')).toContainText('Lee')
  await isAccessible(page, '#unit-sheet')
  await page.keyboard.press('Escape')
  await she.isAccepted('SH 56 TOMORROW 0700-1900 8002/als')
  await she.isRefused('SH 56 TOMORROW 0800-1000')
  await she.isAccepted('SHX 56')
  expect(she.strayRequests).toEqual([])
  await she.leaves()
})

test('单元页、排班和“仍然执行”都能用中文', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url(), language: 'zh-CN', theme: 'light' })
  const { page } = he
  await he.isAccepted('登记 E03 上线 9001=陈/mandarin 9002 9003 9004 #R03')
  await he.isAccepted('排班 E03 明天 0700-1900 9001')
  await opensUnit(page, 'E03')
  const sheet = page.locator('#unit-sheet')
  for (const words of ['人员与车辆', '班次', '待办警情', '分班经历', '会普通话', '陈']) await expect(sheet).toContainText(words)
  await isAccessible(page, '#unit-sheet')
  await he.opensIncident('新 100 Larkin St 車輛火災'.replace('車輛火災', 'VEHICLE FIRE'))
  await he.isAccepted('派 E03')
  await he.isRefused('清 E03')
  await expect(page.locator('#anyway')).toContainText('写明原因后仍可执行')
  await page.locator('#anyway input').fill('报警人说没事了')
  await page.locator('#anyway button.main').click()
  await expect(page.locator('#anyway')).toHaveCount(0)
  await he.isAccepted('取消班次 E03')
  expect(he.troubles).toEqual([])
  await he.leaves()
})

test('on a narrow screen the unit sheet comes to the front', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url(), size: { width: 420, height: 860 } })
  const { page } = he
  await he.isAccepted('QS E07')
  await expect(page.locator('#unit-sheet')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: 'Unit', exact: true })).toBeVisible()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(420)
  await he.leaves()
})

test('a shift that is being typed is there again after its dialog was closed, until it is planned or discarded', async ({
  browser,
}) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = he
  const opens = async () => {
    await page.keyboard.press('Escape')
    await page.locator('#units').focus()
    await page.keyboard.press('s')
    await page.getByRole('button', { name: '＋ New shift' }).click()
  }
  await opens()
  await page.locator('#shift-unit').fill('E12')
  await page.locator('#shift-form').getByLabel('Staff number').fill('8812')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await opens()
  await expect(page.locator('#shift-unit')).toHaveValue('E12')
  await expect(page.locator('#shift-form').getByLabel('Staff number')).toHaveValue('8812')
  await page.getByRole('button', { name: 'Discard the draft' }).click()
  await page.getByRole('button', { name: '＋ New shift' }).click()
  await expect(page.locator('#shift-unit')).toHaveValue('')
  await expect(page.getByRole('button', { name: 'Discard the draft' })).toHaveCount(0)
  await he.leaves()
})
