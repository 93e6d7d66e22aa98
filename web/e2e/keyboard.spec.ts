import { expect, test } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

test('an incident from call to disposition, with the keyboard alone', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await he.opensIncident('E 1234 MARKET ST STRUCTURE FIRE ;smoke from the roof')
  await expect(he.incident(tag)).toContainText('Structure fire')
  await expect(he.incident(tag)).toContainText('1234 Market St')
  await expect(he.narrative).toContainText('smoke from the roof')

  await he.isAccepted(`D ${tag}`)
  await expect(he.page.locator('[data-section="assigned"] li')).not.toHaveCount(0)
  const units = await he.assignedUnits
  const first = units[0] as string
  await he.isAccepted(`S ${first} ENR`)
  await expect(he.assigned(first)).toContainText('En route')
  await he.isAccepted(`S ${first} ONS`)
  await expect(he.assigned(first)).toContainText('On scene')

  await he.isAccepted(`N ${tag} fire out and checking for extension`)
  await expect(he.narrative).toContainText('fire out and checking for extension')
  await he.isAccepted(`C ${units.join(' ')}`)
  const refusal = await he.isRefused(`X ${tag} FIRE`)
  expect(refusal).toContain('FIRE')
  await he.isAccepted(`X ${tag} SVC`)
  await expect(he.sheet).toContainText('Closed')
  expect(he.troubles).toEqual([])
  expect(he.strayRequests).toEqual([])
  await he.leaves()
})

test('同样的事，用中文和键盘也能办完', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url(), language: 'zh-CN' })
  const tag = await she.opensIncident('新 100 Larkin St 急症危及生命')
  await expect(she.incident(tag)).toContainText('100 Larkin St')
  await she.isAccepted(`派 ${tag}`)
  const units = await she.assignedUnits
  const first = units[0] as string
  await she.isAccepted(`状 ${first} 途中`)
  await expect(she.assigned(first)).toContainText('途中')
  await she.isAccepted(`S ${first} ONS`)
  await she.isAccepted(`记 ${tag} 病人已稳定`)
  await expect(she.narrative).toContainText('病人已稳定')
  await she.isAccepted(`清 ${units.join(' ')}`)
  await she.isAccepted(`X ${tag} NM`)
  await expect(she.sheet).toContainText('已结')
  await she.leaves()
})

test('a line completes, explains itself before Enter, says where it is wrong, and can be undone', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const tag = await he.opensIncident('E 2000 MISSION ST FALL')
  await he.types(`D E0`)
  const options = he.page.locator('#line-completions [role=option]')
  await expect(options.first()).toBeVisible()
  await he.page.keyboard.press('ArrowDown')
  await expect(he.line).toHaveAttribute('aria-activedescendant', /line-completion-0/)
  await he.page.keyboard.press('Tab')
  await expect(he.line).toHaveValue(/D E0\d/)

  await he.types(`S E07 NOSUCHSTATUS`)
  await expect(he.page.locator('.explained .bad')).toBeVisible()
  await expect(he.page.locator('.explained mark')).toContainText('NOSUCHSTATUS')

  await he.types(`D E07 ${tag}`)
  await expect(he.explanation).toContainText('E07')
  await he.page.keyboard.press('Enter')
  await expect(he.assigned('E07')).toBeVisible()
  await he.page.keyboard.press('Escape')
  await he.isAccepted('U')
  await expect(he.page.locator('[data-section="assigned"] > .body > ul > li[data-unit="E07"]')).toHaveCount(0)

  // Earlier lines come back with the arrow key; a refused line stays to be mended.
  await he.types('')
  await he.page.keyboard.press('Backspace')
  await he.page.keyboard.press('ArrowUp')
  await expect(he.line).toHaveValue('U')
  await he.isRefused(`D E07 NOSUCHTAG`)
  await expect(he.line).toHaveValue('D E07 NOSUCHTAG')
  await he.leaves()
})

test('a dialogue that closes leaves the keyboard where one has gone meanwhile', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = he
  await page.keyboard.press('F8')
  await expect(page.locator('#calls')).toBeFocused()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  // Between the browser's closing and the page's hearing of it, as a quick `/` after Escape falls.
  await page.evaluate(() => {
    document.querySelector('dialog')!.close()
    document.querySelector<HTMLElement>('#command-line')!.focus()
  })
  await expect(page.locator('dialog')).toHaveCount(0)
  await expect(he.line).toBeFocused()
  await he.leaves()
})

test('everything is reached with keys: tables, sheet, map, calls, the list of keys', async ({ browser }) => {
  const he = await Dispatcher.signedIn(browser, { url: url(), map: true })
  const { page } = he
  await he.opensIncident('E 300 JUDAH ST MED')
  await page.keyboard.press('F3')
  await expect(page.locator('#queue tr:focus')).toHaveCount(1)
  await page.keyboard.press('j')
  await page.keyboard.press('Home')
  await expect(page.locator('#queue tr:focus')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.locator('#sheet')).toBeFocused()
  await page.keyboard.press('n')
  await expect(page.locator('#narrative')).toBeFocused()
  await page.keyboard.press('F4')
  await expect(page.locator('#units [data-id]:focus')).toHaveCount(1)
  await page.keyboard.press('k')
  await page.keyboard.press('F7')
  await expect(page.locator('.maplibregl-canvas')).toBeFocused()
  await page.keyboard.press('m')
  await expect(page.getByRole('menuitem', { name: /New incident here/ })).toBeFocused()
  await page.keyboard.press('Escape')
  await page.keyboard.press('F8')
  await expect(page.locator('#calls')).toBeFocused()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Undo your last act')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('/')
  await expect(he.line).toBeFocused()
  await he.leaves()
})
