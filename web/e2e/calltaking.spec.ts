import { expect, request, test, type Page } from '@playwright/test'
import { en } from '../src/shared/words/en'
import { zh } from '../src/shared/words/zh'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string
const SHOTS = process.env.TURNOUT_SHOTS

test.beforeAll(() => bringCrewsOnDuty(url()))

/** What the telephone, the alarm receiver and the message gateway hand in. */
async function exchange(): Promise<{
  gives: (command: object) => Promise<void>
  seals: (call: string) => Promise<object>
  ends: () => Promise<void>
}> {
  const api = await request.newContext({ baseURL: url() })
  await api.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
  return {
    gives: async (command) => {
      const reply = await api.post('/api/v1/commands', { data: { id: crypto.randomUUID(), command } })
      if (!reply.ok()) throw new Error(await reply.text())
    },
    seals: async (call) => {
      const reply = await api.post('/api/v1/details', { data: { call_id: call, details: { callback: '555-0100' } } })
      return ((await reply.json()) as { person: object }).person
    },
    ends: () => api.dispose(),
  }
}

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` })
}

for (const [language, words] of [
  ['en', en],
  ['zh-CN', zh],
] as const) {
  test(`a call is handed over with its number and its conversation, and taken (${language})`, async ({ browser }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language })
    const he = await Dispatcher.signedIn(browser, { url: url(), language, size: { width: 700, height: 900 } })
    const outside = await exchange()
    const id = crypto.randomUUID()
    const caller = await outside.seals(id)
    const message = { do: 'take-message', call_id: id, conversation: `session-${id}`, caller }
    await outside.gives({ ...message, message_id: 'm1', text: 'I cannot speak, smoke in the stairs' })
    await outside.gives({ ...message, message_id: 'm2', text: '1900 Union St' })

    const hers = she.page.locator(`#calls li[data-id="${id}"]`)
    await expect(hers.locator('ol li')).toHaveCount(2)
    await hers.getByRole('button', { name: words.calls.answer, exact: true }).click()
    await expect(she.page.locator('#new-narrative')).toHaveValue(/smoke in the stairs\n1900 Union St/)
    await hers.getByLabel(words.callRoom.reply).fill('Help is coming')
    await hers.getByLabel(words.callRoom.reply).press('Enter')
    await expect(hers.locator('ol')).toContainText(words.callRoom.delivery.waiting as string)
    await hers.getByRole('button', { name: words.callRoom.locate }).click()
    await expect(hers.getByRole('status')).toBeVisible()
    await outside.gives({
      do: 'refresh-caller-place',
      call_id: id,
      place: { lat: 37.7975, lon: -122.432 },
      uncertainty_m: 40,
      source: 'network',
    })
    await expect(hers).toContainText(words.calls.uncertainty(40))

    const position = await he.page.locator('.who b').textContent()
    await hers.getByLabel(words.calls.handOver).selectOption(position ?? '')
    await he.page
      .getByRole('navigation')
      .getByRole('button', { name: new RegExp(words.calls.title) })
      .click()
    const his = he.page.locator(`#calls li[data-id="${id}"]`)
    await shot(she.page, `handover-${language}`)
    await shot(he.page, `handover-narrow-${language}`)
    await his.getByRole('button', { name: words.callRoom.accept, exact: true }).click()
    await expect(he.page.locator('#new-narrative')).toHaveValue(/smoke in the stairs/)
    await expect(hers).toHaveCount(0)
    await he.page
      .getByRole('navigation')
      .getByRole('button', { name: new RegExp(words.calls.title) })
      .click()
    await his.getByRole('button', { name: words.callRoom.number }).click()
    await his.getByLabel(words.callRoom.numberFor).fill(words.incident.purposes[0] ?? '')
    await his.getByLabel(words.callRoom.numberFor).press('Enter')
    await expect(his).toContainText('555-0100')
    await outside.gives({ do: 'close-call', call_id: id, outcome: 'done' })
    await outside.ends()
    expect([...she.troubles, ...he.troubles]).toEqual([])
    await she.leaves()
    await he.leaves()
  })

  test(`an alarm opens its incident in one act, and its entries are corrected (${language})`, async ({ browser }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language })
    const outside = await exchange()
    const id = crypto.randomUUID()
    const location = { text: '2300 Union St', kind: 'address' }
    await outside.gives({
      do: 'take-call',
      call_id: id,
      channel: 'alarm',
      alarm_kind: 'carbon-monoxide',
      location,
      text: 'zone 4',
    })
    await she.page.locator(`#calls li[data-id="${id}"]`).getByRole('button', { name: words.callRoom.openAtOnce }).click()
    await expect(she.sheet).toContainText('2300 Union St')
    await expect(she.narrative).toContainText('zone 4')

    const things = she.page.locator('[data-section=things]')
    await she.page.locator('[data-section=things] button, [data-section=things] summary').first().click()
    await things.getByLabel(words.incident.vehicles).fill('red van')
    await things.getByLabel(words.incident.vehicles).press('Enter')
    await things.getByRole('button', { name: words.correcting.edit }).click()
    await things.locator('.fields input').first().fill('white van')
    await things.locator('.fields input').first().press('Enter')
    await things.getByRole('button', { name: words.close }).click()
    await expect(things).toContainText('white van')
    await shot(she.page, `corrected-${language}`)
    await outside.ends()
    expect(she.troubles).toEqual([])
    await she.leaves()
  })

  test(`joining the form to a running incident keeps the caller's number (${language})`, async ({ browser }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language })
    const { page } = she
    // Each language at an address of its own: what an earlier test opened runs on.
    const street = language === 'en' ? '1200 FOLSOM ST' : '2500 MISSION ST'
    const tag = await she.opensIncident(`E ${street} VEHICLE FIRE`)
    await page.keyboard.press('F2')
    await page.locator('#new-place').fill(street)
    await page.locator('#new-place-list [role=option]').first().click()
    await page.locator('#new-type').fill('VF')
    await page.locator('#new-type').press('Enter')
    await page.getByLabel(words.form.callback).fill('555-0199')
    await page.locator('#new-narrative').fill('second caller')
    await page.locator('.near').getByRole('button', { name: words.form.same }).first().click()
    await expect(page.locator(`#sheet[data-tag="${tag}"]`)).toBeVisible()
    await expect(page.locator('[data-section=persons] .count')).toHaveText('1')
    expect(she.troubles).toEqual([])
    await she.leaves()
  })

  test(`places are looked after on one screen, and a zone is drawn with the keyboard (${language})`, async ({ browser }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language, role: 'supervisor', map: true })
    const { page } = she
    const outside = await exchange()
    const forced = { text: `behind kiln ${language}`, kind: 'forced' }
    await outside.gives({ do: 'open-incident', incident_id: crypto.randomUUID(), type: 'MED', location: forced })
    await outside.ends()
    await expect(page.locator('.map[data-ready=true]')).toBeVisible({ timeout: 20_000 })
    await page.locator('.maplibregl-canvas').focus()
    await page.keyboard.press('m')
    await page.getByRole('menuitem', { name: words.places.draw }).click()
    const zone = page.locator('#zone')
    for (const corner of ['37.76, -122.43', '37.77, -122.41', '37.76, -122.41', '37.77, -122.43']) {
      await zone.locator('#zone-corner').fill(corner)
      await page.keyboard.press('Enter')
    }
    await zone.locator('ol li').first().getByRole('button').click()
    await zone.getByLabel(words.places.zoneName).fill('Street fair')
    await zone.getByLabel(words.places.plan).selectOption({ index: 1 })
    await page.keyboard.press('Tab')
    await zone.getByRole('button', { name: words.places.open }).click()
    await expect(zone.getByRole('alert')).toBeVisible()
    await shot(page, `zone-refused-${language}`)
    await zone.locator('ol input').nth(1).fill('37.76, -122.41')
    await zone.locator('ol input').nth(1).press('Tab')
    await zone.locator('ol input').nth(2).fill('37.77, -122.41')
    await zone.locator('ol input').nth(2).press('Tab')
    await zone.getByRole('button', { name: words.places.open }).click()
    await expect(zone).toHaveCount(0)

    await page.locator('.maplibregl-canvas').focus()
    await page.keyboard.press('m')
    await page.getByRole('menuitem', { name: words.places.writeHere }).click()
    await page.locator('#note textarea').fill('chlorine in the cellar')
    await shot(page, `note-${language}`)
    await page.locator('#note').getByRole('button', { name: words.save }).click()
    await expect(page.locator('#note')).toHaveCount(0)

    await page.getByRole('button', { name: words.frame.menu }).click()
    await page.getByRole('button', { name: words.places.title }).click()
    const sheet = page.locator('#places')
    await expect(sheet.locator('[data-zone]')).toContainText('Street fair')
    await expect(sheet).toContainText(`kiln ${language}`)
    const note = sheet.locator('[data-note]').first()
    await expect(note).toContainText('chlorine in the cellar')
    await note.getByRole('button', { name: words.places.renew }).click()
    await shot(page, `places-${language}`)
    await page.setViewportSize({ width: 420, height: 860 })
    await shot(page, `places-narrow-${language}`)
    await note.getByRole('button', { name: words.places.remove, exact: true }).click()
    await note.getByLabel(words.places.removeWhy).fill('moved out')
    await note.getByLabel(words.places.removeWhy).press('Enter')
    await expect(sheet.locator('[data-note]')).toHaveCount(0)
    await sheet.locator('[data-zone]').getByRole('button', { name: words.places.endZone }).click()
    await expect(sheet.locator('[data-zone]')).toHaveCount(0)
    expect(she.troubles).toEqual([])
    await she.leaves()
  })
}
