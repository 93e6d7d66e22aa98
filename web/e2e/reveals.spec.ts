/** Who looked: broken glass and its answer, reviews, the log, and one's own; both languages, wide and narrow. */
import { expect, test, type Browser } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { Dispatcher } from './dispatcher'
import { start, type Server } from './server'
import { at, gives, shot } from './pages'
import { en } from '../src/shared/words/en'
import { zh } from '../src/shared/words/zh'

let server: Server
test.beforeAll(async () => {
  server = await start('--no-simulation')
})
test.afterAll(() => server.stop())
// Each goes on where the one before ended: one server, one log.
test.describe.configure({ mode: 'serial', timeout: 120_000 })

/** At a console, with the role. */
async function seated(browser: Browser, role: string, language: 'en' | 'zh-CN'): Promise<Dispatcher> {
  const one = await Dispatcher.atTheDoor(browser, { url: server.url, language })
  await one.page.request.post(`${server.url}/api/v1/session/demo`, { data: { role, position: '', language } })
  await one.page.goto(server.url)
  await one.seesTheBoard()
  return one
}

/** Opened by a call-taker who has gone on to other things: its tag and identity. */
async function anIncidentWithAPatient(browser: Browser): Promise<{ id: string; tag: string }> {
  const page = await at(server.url, browser, 'call-taker')
  const opened = await page.request.post(`${server.url}/api/v1/line`, {
    data: { text: 'E 300 MISSION ST MEDICAL', run: true, id: crypto.randomUUID() },
  })
  const { answer } = (await opened.json()) as { answer: { outcome: { incident: string; tag: string } } }
  const { incident: id, tag } = answer.outcome
  const reply = await page.request.post(`${server.url}/api/v1/details`, {
    data: { incident_id: id, role: 'patient', details: { name: 'Ann Li', callback: '555-0142' } },
  })
  const { person } = (await reply.json()) as { person: object }
  await gives(server.url, page.request, { do: 'add-person', incident_id: id, person })
  return { id, tag }
}

for (const language of ['en', 'zh-CN'] as const) {
  const words = language === 'en' ? en : zh
  test(`who does not work on it breaks the glass, and a supervisor is told and answers (${language})`, async ({ browser }) => {
    const { tag } = await anIncidentWithAPatient(browser)
    const she = await seated(browser, 'supervisor', language)
    const he = await seated(browser, 'call-taker', language)
    await he.chooses(tag)
    const persons = he.page.locator('[data-section=persons]')
    await persons.getByRole('button', { name: words.incident.persons }).first().click()
    await persons.getByRole('button', { name: words.incident.openDetails }).click()
    await persons.getByLabel(words.incident.purpose).fill('cut off, calls again')
    await persons.getByRole('button', { name: words.incident.openDetails }).click()
    await expect(persons.locator('[data-break-glass]')).toBeVisible()
    await expect(persons).not.toContainText('555-0142')
    await shot(he.page, `glass-offered-${language}`)
    await persons.locator('[data-break-glass]').click()
    await expect(persons).toContainText('555-0142')
    await expect(she.page.locator('[data-glass-waits]')).toContainText(words.reveals.waiting(1))
    await expect(he.page.locator('[data-glass-waits]')).toHaveCount(0)
    await shot(she.page, `glass-waits-${language}`)
    await she.page.locator('[data-glass-waits] a').click()
    const waits = she.page.locator('[data-glass]')
    await expect(waits).toContainText('cut off, calls again')
    await shot(she.page, `reveals-queue-${language}`)
    await waits.getByLabel(new RegExp(words.reveals.note)).fill('heard the call')
    await waits.locator('[data-finding="justified"]').click()
    await expect(waits).toHaveCount(0)
    await she.page.reload()
    await expect(she.page.locator('tr[data-reveal]').first()).toContainText(words.reveals.marks.glass ?? '')
    expect([...she.troubles, ...he.troubles]).toEqual([])
    await she.leaves()
    await he.leaves()
  })
}

test('an auditor asks for a review, another approves it, and the auditor reads it in the own log', async ({ browser }) => {
  const { id, tag } = await anIncidentWithAPatient(browser)
  const auditor = await at(server.url, browser, 'auditor')
  await auditor.goto(`${server.url}/admin#own`)
  const form = auditor.getByRole('form', { name: en.reveals.ask })
  await form.getByLabel(en.reveals.ofIncident).fill(tag)
  await form.getByLabel(en.reveals.purpose).fill('complaint 7')
  const soon = new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 16)
  await form.getByLabel(en.reveals.until).fill(soon)
  await form.getByRole('button', { name: en.reveals.send }).click()
  await expect(auditor.locator('[data-review]')).toContainText('complaint 7')
  const supervisor = await at(server.url, browser, 'supervisor')
  await supervisor.goto(`${server.url}/admin#reveals`)
  const review = supervisor.locator('[data-review]', { hasText: 'complaint 7' })
  await review.getByRole('button', { name: en.reveals.approve }).click()
  await expect(review).toContainText(en.reveals.approvedBy)
  await auditor.reload()
  await expect(auditor.locator('[data-review]')).toContainText(en.reveals.approvedBy)
  const incident = (await (await auditor.request.get(`${server.url}/api/v1/incidents/${id}`)).json()) as {
    persons: { id: string }[]
  }
  const opened = await auditor.request.get(`${server.url}/api/v1/details/${id}/${incident.persons[0]?.id}`, {
    headers: { 'turnout-query': 'purpose=complaint' },
  })
  expect(opened.ok()).toBe(true)
  await expect(async () => {
    await auditor.reload()
    await expect(auditor.locator('tr[data-reveal]')).toHaveCount(1, { timeout: 3_000 })
  }).toPass({ timeout: 30_000 })
  await supervisor.locator('input[name="incident"]').fill(tag)
  await supervisor.getByRole('button', { name: en.admin.look, exact: true }).click()
  await expect(supervisor.locator('tr[data-reveal]')).toHaveCount(1)
  await expect(supervisor.locator('tr[data-reveal]')).toContainText(en.reveals.grounds.review ?? '')
})

for (const [theme, language, width] of [
  ['dark', 'en', 1500],
  ['light', 'zh-CN', 1500],
  ['dark', 'zh-CN', 420],
  ['light', 'en', 420],
] as const)
  test(`both pages have no barrier, ${theme}, ${language}, ${width} px wide`, async ({ browser }) => {
    const { id } = await anIncidentWithAPatient(browser)
    const other = await at(server.url, browser, 'call-taker', { language })
    await gives(server.url, other.request, {
      do: 'break-glass',
      glass_id: crypto.randomUUID(),
      incident_id: id,
      reason: 'urgent',
    })
    const page = await at(server.url, browser, 'supervisor', { language, theme, width })
    for (const tab of ['reveals', 'own']) {
      await page.goto(`${server.url}/admin#${tab}`)
      await page.reload()
      await expect(page.locator('h2').first()).toBeVisible()
      if (tab === 'reveals') await expect(page.locator('[data-glass]').first()).toBeVisible()
      const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
      expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([])
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(wide, 'the page is wider than the screen').toBeLessThanOrEqual(0)
      await shot(page, `reveals-${tab}-${theme}-${language}-${width}`)
    }
  })
