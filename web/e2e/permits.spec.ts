/** What the traffic authority permits is entered, armed until an end, renewed and disarmed at once; both languages, wide and narrow. */
import { expect, test } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { at, shot } from './pages'
import { start, type Server } from './server'
import { en } from '../src/shared/words/en'
import { zh } from '../src/shared/words/zh'

let server: Server
test.beforeAll(async () => {
  server = await start('--no-simulation')
})
test.afterAll(() => server.stop())
test.describe.configure({ mode: 'serial', timeout: 120_000 })

for (const language of ['en', 'zh-CN'] as const) {
  const words = (language === 'en' ? en : zh).permits
  const id = `order-7-${language}`

  test(`signals are permitted by the hour, armed until an end and disarmed all at once (${language})`, async ({ browser }) => {
    const page = await at(server.url, browser, 'traffic-engineer', { language })
    await page.goto(`${server.url}/admin#signals`)
    await page.locator('input[name=permit]').fill(id)
    await page.locator('input[name=authority]').fill('Traffic office, order 7 of 2026')
    const dots = page.locator('svg[data-sites] circle')
    await expect(dots.first()).toBeVisible({ timeout: 60_000 })
    await page.locator('[data-find-site]').fill('market')
    await page.locator('[data-add-found]').click()
    await expect(page.locator('circle.chosen').first()).toBeVisible()
    await shot(page, `permits-picked-${language}`)
    const known = (await dots.nth(0).getAttribute('data-site')) ?? ''
    await page.getByRole('button', { name: words.pickNone }).click()
    await page.locator('[data-find-site]').fill(known)
    await page.locator(`li input[value="${known}"]`).click()
    await expect(page.getByText(words.which(1))).toBeVisible()
    await page.locator(`li input[value="${known}"]`).click()
    // Its identity is a place, with a comma in it: typed it is one junction as well.
    expect(known).toContain(',')
    await page.locator('textarea[name=junctions]').fill(known)
    await expect(page.getByText(words.which(1))).toBeVisible()
    await page.locator('textarea[name=junctions]').fill('J12, J13\nJ14')
    await page.locator('[data-add-hours]').click()
    await page.locator('[data-add-hours]').click()
    await page.getByRole('button', { name: words.remove }).first().click()
    await page.getByRole('button', { name: words.permit, exact: true }).click()
    const permit = page.locator(`[data-permit="${id}"]`)
    await expect(permit).toContainText('06:00–22:00')
    await expect(permit.locator('[data-armed]')).toContainText(words.notArmed(3))

    await permit.locator('summary').click()
    await permit.locator('[data-junction="J13"] input').click()
    await permit.locator('[data-hours]').fill('2')
    await permit.locator('[data-arm]').click()
    await expect(permit.locator('[data-armed]')).toContainText(words.armed(1, 3))
    await expect(permit.locator('[data-junction="J13"]')).toContainText('●')
    await expect(permit.locator('[data-junction="J12"]')).toContainText('○')

    await permit.locator('[data-hours]').fill('40')
    await permit.locator('[data-arm]').click()
    await expect(permit.locator('[data-armed]')).toContainText(words.armed(3, 3))
    await permit.locator('[data-junction="J14"] input').click()
    await permit.locator('[data-reason]').fill('roadworks')
    await permit.locator('[data-disarm]').click()
    await expect(permit.locator('[data-armed]')).toContainText(words.armed(2, 3))
    await shot(page, `permits-${language}`)
    const found = (await new AxeBuilder({ page }).analyze()).violations
    expect(found.map((each) => each.id)).toEqual([])

    const narrow = await at(server.url, browser, 'traffic-engineer', { language, width: 390, theme: 'light' })
    await narrow.goto(`${server.url}/admin#signals`)
    await expect(narrow.locator(`[data-permit="${id}"] [data-armed]`)).toContainText(words.armed(2, 3))
    const beside = await narrow.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(beside).toBeLessThanOrEqual(0)
    await shot(narrow, `permits-narrow-${language}`)
    await narrow.locator('[data-disarm-all]').click()
    await expect(page.locator(`[data-permit="${id}"] [data-armed]`)).toContainText(words.notArmed(3))
    await expect(narrow.locator('[data-disarm-all]')).toBeDisabled()

    await narrow.locator(`[data-permit="${id}"] [data-withdraw]`).click()
    await narrow.locator(`[data-permit="${id}"] [data-sure]`).click()
    await expect(page.locator(`[data-permit="${id}"]`)).toHaveCount(0)
  })
}

test('whoever has not the right is shown no permission', async ({ browser }) => {
  const page = await at(server.url, browser, 'dispatcher')
  await page.goto(`${server.url}/admin#signals`)
  await expect(page.locator('[data-tab=signals]')).toHaveCount(0)
  await expect(page.locator('[data-disarm-all]')).toHaveCount(0)
})
