/** What is held and what is erased before its time: one asks, another approves; both languages, wide and narrow. */
import { expect, test, type Browser } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { start, type Server } from './server'
import { at, gives, shot } from './pages'
import { en } from '../src/shared/words/en'
import { zh } from '../src/shared/words/zh'

let server: Server
test.beforeAll(async () => {
  server = await start('--no-simulation')
})
test.afterAll(() => server.stop())
test.describe.configure({ mode: 'serial', timeout: 120_000 })

/** With a caller's details, and over: its agency's number and identity. */
async function anIncidentThatIsOver(browser: Browser): Promise<{ id: string; number: string; card: string }> {
  const page = await at(server.url, browser, 'dispatcher')
  const opened = await page.request.post(`${server.url}/api/v1/line`, {
    data: { text: 'E 300 MISSION ST MEDICAL', run: true, id: crypto.randomUUID() },
  })
  const { answer } = (await opened.json()) as { answer: { outcome: { incident: string } } }
  const id = answer.outcome.incident
  const reply = await page.request.post(`${server.url}/api/v1/details`, {
    data: { incident_id: id, role: 'caller', details: { name: 'Ann Li' } },
  })
  const { person } = (await reply.json()) as { person: { id: string } }
  await gives(server.url, page.request, { do: 'add-person', incident_id: id, person })
  await gives(server.url, page.request, { do: 'cancel-incident', incident_id: id, reason: 'false-call' })
  const row = (await (await page.request.get(`${server.url}/api/v1/incidents/${id}`)).json()) as { numbers: object }
  return { id, number: String(Object.values(row.numbers)[0]), card: person.id }
}

for (const language of ['en', 'zh-CN'] as const) {
  const words = (language === 'en' ? en : zh).keeping
  test(`a hold keeps it; without one, one asks and another erases (${language})`, async ({ browser }) => {
    const { id, number } = await anIncidentThatIsOver(browser)
    const [she, he] = [
      await at(server.url, browser, 'supervisor', { language }),
      await at(server.url, browser, 'supervisor', { language }),
    ]
    for (const page of [she, he]) await page.goto(`${server.url}/admin#keeping`)
    await she.locator('input[name=incident]').fill(number)
    await she.locator('input[name=reason]').fill('complaint 12')
    await she.getByRole('button', { name: words['place-hold'], exact: true }).click()
    const hold = he.locator('[data-hold]', { hasText: 'complaint 12' })
    await expect(hold).toBeVisible()

    await she.locator('input[name=incident]').fill(number)
    await she.locator('input[name=reason]').fill('recorded by mistake')
    await she.getByRole('button', { name: words['ask-erasure'], exact: true }).click()
    await expect(she.locator('.notice.refused')).toContainText('complaint 12')
    await hold.getByPlaceholder(words.reason).fill('settled')
    await hold.getByRole('button', { name: words.release }).click()
    await expect(hold).toHaveCount(0)

    await she.getByRole('button', { name: words['ask-erasure'], exact: true }).click()
    await expect(she.locator('[data-request]')).toContainText(words.yours)
    await expect(she.getByRole('button', { name: words.approve, exact: true })).toHaveCount(0)
    await shot(she, `keeping-${language}`)
    const request = he.locator('[data-request]', { hasText: 'recorded by mistake' })
    await request.getByRole('button', { name: words.approve, exact: true }).click()
    await request.getByRole('button', { name: words.sure }).click()
    await expect(he.locator('[data-request]')).toHaveCount(0)
    const kept = async () => {
      const data = { incident_id: id, role: 'caller', details: { name: 'Ann Li' } }
      const reply = await he.request.post(`${server.url}/api/v1/details`, { data })
      return ((await reply.json()) as { code?: string }).code
    }
    await expect.poll(kept, { timeout: 10_000 }).toBe('details-destroyed')
  })
}

for (const language of ['en', 'zh-CN'] as const) {
  const words = (language === 'en' ? en : zh).keeping
  test(`what is kept of one person is erased alone (${language})`, async ({ browser }) => {
    const { id, number, card } = await anIncidentThatIsOver(browser)
    const [she, he] = [
      await at(server.url, browser, 'supervisor', { language }),
      await at(server.url, browser, 'supervisor', { language }),
    ]
    for (const page of [she, he]) await page.goto(`${server.url}/admin#keeping`)
    await she.locator('input[name=incident]').fill(number)
    await she.locator('input[name=card]').fill(card)
    await she.locator('input[name=reason]').fill('her own wish')
    await she.getByRole('button', { name: words['ask-erasure'], exact: true }).click()
    const request = he.locator('[data-request]', { hasText: 'her own wish' })
    await expect(request.locator('[data-card]')).toHaveText(card)
    await request.getByRole('button', { name: words.approve, exact: true }).click()
    await request.getByRole('button', { name: words.sure }).click()
    await expect(he.locator('[data-request]')).toHaveCount(0)
    const opens = async () => {
      const reason = { do: 'break-glass', glass_id: crypto.randomUUID(), incident_id: id, reason: 'a look' }
      await he.request.post(`${server.url}/api/v1/commands`, { data: { id: crypto.randomUUID(), command: reason } })
      const reply = await he.request.get(`${server.url}/api/v1/details/${id}/${card}`, {
        headers: { 'turnout-query': 'purpose=look' },
      })
      return ((await reply.json()) as { code?: string }).code
    }
    await expect.poll(opens, { timeout: 10_000 }).toBe('details-destroyed')
    const data = { incident_id: id, role: 'patient', details: { name: 'Bo Ng' } }
    expect((await he.request.post(`${server.url}/api/v1/details`, { data })).ok(), 'the incident has its key').toBe(true)
  })
}

test('who called is erased alone, asked for by the call alone', async ({ browser }) => {
  const taker = await at(server.url, browser, 'dispatcher')
  const call = `K-${crypto.randomUUID().slice(0, 8)}`
  const reply = await taker.request.post(`${server.url}/api/v1/details`, {
    data: { call_id: call, role: 'caller', details: { name: 'Ann Li' } },
  })
  const { person } = (await reply.json()) as { person: { id: string } }
  await gives(server.url, taker.request, { do: 'take-call', call_id: call, channel: 'phone', caller: person })
  await gives(server.url, taker.request, { do: 'close-call', call_id: call, outcome: 'no-help-needed' })
  const she = await at(server.url, browser, 'supervisor')
  await she.goto(`${server.url}/admin#keeping`)
  await she.locator('input[name=call]').fill(call)
  await she.locator('input[name=caller]').check()
  await she.locator('input[name=reason]').fill('the callers wish')
  await she.getByRole('button', { name: en.keeping['ask-erasure'], exact: true }).click()
  await expect(she.locator('[data-request]', { hasText: call }).locator('[data-card]')).toHaveText(person.id)
})

for (const [language, theme, width] of [
  ['en', 'light', 420],
  ['zh-CN', 'dark', 420],
  ['zh-CN', 'light', 1500],
] as const) {
  test(`the page holds nothing back from anybody (${language}, ${theme}, ${width})`, async ({ browser }) => {
    const { number } = await anIncidentThatIsOver(browser)
    const page = await at(server.url, browser, 'supervisor', { language, theme, width })
    await page.goto(`${server.url}/admin#keeping`)
    await page.locator('input[name=incident]').fill(number)
    await page.locator('input[name=reason]').fill('a court asks for it, and for all that was said')
    await page.getByRole('button', { name: (language === 'en' ? en : zh).keeping['place-hold'], exact: true }).click()
    await expect(page.locator('[data-hold]').first()).toBeVisible()
    await shot(page, `keeping-${language}-${theme}-${width}`)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(over).toBe(0)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  })
}
