import { expect, test, type Page } from '@playwright/test'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_CITY as string

/** How many colours the middle of a picture has: a blank map has a handful. */
async function colours(page: Page, selector: string): Promise<number> {
  const picture = (await page.locator(selector).screenshot()).toString('base64')
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes])) // the page's policy takes no picture from a text
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const brush = canvas.getContext('2d') as CanvasRenderingContext2D
    brush.drawImage(image, 0, 0)
    const { data } = brush.getImageData(0, 0, image.width, image.height)
    const found = new Set<number>()
    for (let i = 0; i < data.length; i += 4)
      found.add(((data[i] as number) << 16) | ((data[i + 1] as number) << 8) | (data[i + 2] as number))
    return found.size
  }, picture)
}

test('the map draws streets, units and incidents from files of our own, and says where the data is from', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url(), path: '/map' })
  await expect(she.page.locator('.map[data-ready=true]')).toBeVisible({ timeout: 20_000 })
  await expect.poll(() => colours(she.page, '.maplibregl-canvas'), { timeout: 20_000 }).toBeGreaterThan(150)
  await expect(she.page.locator('.attribution')).toContainText(/public domain/i)
  expect(she.strayRequests).toEqual([])
  expect(she.troubles).toEqual([])
  expect(she.troubles).toEqual([])
  await she.leaves()
})

for (const language of ['en', 'zh-CN'] as const) {
  test(`the wall shows running incidents, coverage and load across the room, ${language}`, async ({ browser }) => {
    const wall = await Dispatcher.signedIn(browser, { url: url(), path: '/wall', language, size: { width: 1920, height: 1080 } })
    await expect(wall.page.locator('.incidents li').first()).toBeVisible({ timeout: 30_000 })
    await expect(wall.page.locator('.incidents h2')).toHaveText(language === 'en' ? 'Running incidents' : '进行中的警情')
    await expect(wall.page.locator('.stations li').first()).toBeVisible()
    await expect.poll(() => colours(wall.page, '.maplibregl-canvas'), { timeout: 20_000 }).toBeGreaterThan(150)
    const letters = await wall.page
      .locator('.incidents li b')
      .first()
      .evaluate((node) => parseFloat(getComputedStyle(node).fontSize))
    expect(letters).toBeGreaterThan(20)
    expect(wall.troubles).toEqual([])
    await wall.leaves()
  })
}

test('in a living city the console follows: units move between two looks, and clocks run', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url() })
  const { page } = she
  await expect(page.locator('#queue tbody tr').first()).toBeVisible({ timeout: 30_000 })
  const record = async () => Number((await page.locator('.lag').textContent())?.match(/\d+/)?.[0])
  const before = await record()
  await expect.poll(record, { timeout: 30_000 }).toBeGreaterThan(before)
  expect(she.troubles).toEqual([])
  expect(she.strayRequests).toEqual([])
  expect(she.troubles).toEqual([])
  await she.leaves()
})

for (const language of ['en', 'zh-CN'] as const) {
  test(`a newcomer is told how to begin, and can read where help is wanted, ${language}`, async ({ browser }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language, size: { width: 1366, height: 768 } })
    const { page } = she
    await expect(page.locator('#first-steps')).toHaveText(language === 'en' ? 'Your first minute' : '上手一分钟')
    await expect(page.locator('#queue tbody tr').first()).toBeVisible({ timeout: 30_000 })
    const place = await page.locator('#queue tbody td.place').first().boundingBox()
    expect(place?.width).toBeGreaterThan(115)
    await page.locator('#queue tbody tr').first().click()
    await expect(page.locator('#first-steps')).toHaveCount(0)
    await expect(page.locator('#sheet .sub')).toContainText(language === 'en' ? 'simulated city' : '模拟城市')
    await expect(page.locator('#sheet')).not.toContainText('program:')
    await she.leaves()
  })
}
