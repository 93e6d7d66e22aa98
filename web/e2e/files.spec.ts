import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

/** One red pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

/** Two seconds of silence, 8 kHz mono. */
function recording(): Buffer {
  const samples = 16_000
  const wav = Buffer.alloc(44 + samples, 0x80)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(8_000, 24)
  wav.writeUInt32LE(8_000, 28)
  wav.writeUInt16LE(1, 32)
  wav.writeUInt16LE(8, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples, 40)
  return wav
}

for (const words of [
  {
    language: 'en',
    opens: 'E 2500 FOLSOM ST MED; fell from a ladder',
    title: 'Files and recordings',
    add: 'Add',
    open: 'Open',
    purpose: 'Purpose',
    not: 'not what it says',
    note: 'What it shows',
  },
  {
    language: 'zh-CN',
    opens: '新 2600 FOLSOM ST MED; 从梯子上摔下',
    title: '文件与录音',
    add: '添加',
    open: '打开',
    purpose: '用途',
    not: '不符',
    note: '内容说明',
  },
] as const) {
  test(`a picture and a recording are added, opened for a purpose, shown and played (${words.language})`, async ({ browser }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language: words.language })
    const { page } = she
    await she.opensIncident(words.opens)
    const files = page.locator('[data-section="files"]')
    await files.getByRole('button', { name: words.title }).click()

    await page.locator('#file-chosen').setInputFiles({ name: 'roof.png', mimeType: 'image/png', buffer: PICTURE })
    await files.getByRole('textbox', { name: words.note }).fill('the roof')
    await files.getByRole('button', { name: words.add, exact: true }).click()
    await expect(files.locator('li')).toHaveCount(1)
    await expect(files.locator('li')).toContainText('the roof')
    await files.locator('li').getByRole('button', { name: words.open, exact: true }).click()
    await files.getByLabel(words.purpose).fill('looking for the stairs')
    await files.locator('li').getByRole('button', { name: words.open, exact: true }).click()
    const picture = files.locator('img')
    await expect(picture).toBeVisible()
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)

    await page.locator('#file-chosen').setInputFiles({ name: 'call.wav', mimeType: 'audio/wav', buffer: recording() })
    await files.locator('input[type="datetime-local"]').fill('2026-01-02T03:04:05')
    await files.getByRole('button', { name: words.add, exact: true }).click()
    await expect(files.locator('li')).toHaveCount(2)
    const clip = files.locator('li').first()
    await expect(clip).toContainText('03:04:05')
    await expect(clip).toContainText('03:04:07')
    await clip.getByRole('button', { name: words.open, exact: true }).click()
    await files.getByLabel(words.purpose).fill('hearing the caller again')
    await clip.getByRole('button', { name: words.open, exact: true }).click()
    await expect.poll(() => files.locator('audio').evaluate((audio: HTMLAudioElement) => Math.round(audio.duration))).toBe(2)

    // Something else under the name of a picture, and more than ten megabytes that are what they say.
    await page
      .locator('#file-chosen')
      .setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<script>alert(1)</script>') })
    await files.getByRole('button', { name: words.add, exact: true }).click()
    await expect(files.getByRole('alert')).toContainText(words.not)
    const large = Buffer.concat([PICTURE, Buffer.alloc(12 * 1024 * 1024)])
    await page.locator('#file-chosen').setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: large })
    await files.getByRole('button', { name: words.add, exact: true }).click()
    await expect(files.locator('li')).toHaveCount(3)
    await expect(files).toContainText('12.0 MiB')
    await files.scrollIntoViewIfNeeded()
    if (process.env.LOOK) await page.screenshot({ path: `/tmp/files-${words.language}.png` })

    const { violations } = await new AxeBuilder({ page }).include('[data-section="files"]').analyze()
    expect(violations.map((one) => one.id)).toEqual([])
    expect(she.troubles).toEqual([])
    await she.leaves()
  })
}
