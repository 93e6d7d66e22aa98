import { expect, request, test } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

/** The clocks of a unit on an incident are due in a second: what a supervisor may do, without waiting for the standard. */
async function clocksRingSoon(unit: string): Promise<void> {
  const supervisor = await request.newContext({ baseURL: url() })
  await supervisor.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
  const board = (await (await supervisor.get('/api/v1/board')).json()) as {
    tables: { timers: Record<string, { id: string; kind: string; unit: string | null }> }
  }
  const timers = Object.values(board.tables.timers)
    .filter((timer) => timer.unit === unit && timer.kind === 'turnout')
    .map((timer) => timer.id)
  const reply = await supervisor.post('/api/v1/commands', {
    data: { id: crypto.randomUUID(), command: { do: 'reset-timers', timers, by_s: 1 } },
  })
  if (!reply.ok()) throw new Error(await reply.text())
  await supervisor.dispose()
}

for (const words of [
  {
    language: 'en',
    opens: 'E 700 VALENCIA ST STRUCTURE FIRE; smoke',
    primary: 'Primary',
    late: 'Late: give a reason',
    reason: 'Traffic',
    give: 'Give',
    closed: 'Closed',
    change: 'Change',
    save: 'Save',
    reopen: 'Reopen',
    waiting: 'Waiting',
  },
  {
    language: 'zh-CN',
    opens: '新 800 VALENCIA ST 建筑火灾; 冒烟',
    primary: '主责',
    late: '超时：请填原因',
    reason: '交通拥堵',
    give: '填报',
    closed: '已结',
    change: '更改',
    save: '保存',
    reopen: '重新打开',
    waiting: '待派',
  },
] as const) {
  test(`an incident ends agency by agency, late reasons are asked for, and it is reopened (${words.language})`, async ({
    browser,
  }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language: words.language })
    const { page } = she
    const tag = await she.opensIncident(words.opens)
    await she.isAccepted(`D E01 T03 ${tag}`)
    await expect(she.assigned('E01')).toContainText(words.primary)
    await clocksRingSoon('E01')
    const late = page.locator('[data-section="late"]')
    await expect(late).toContainText(words.late)
    await late.locator('[data-late="E01/turnout"] select').selectOption({ label: words.reason })
    await late.getByRole('button', { name: words.give }).click()
    await expect(late.locator('[data-late]')).toHaveCount(0)
    await expect(late).toContainText(words.reason)

    await she.isAccepted('S E01 ONS')
    const ending = page.locator('[data-section="ending"]')
    const fire = ending.locator('li[data-agency="FIRE"]')
    await expect(fire.locator('.primary')).toContainText('E01')
    await fire.getByRole('button', { name: words.change }).click()
    await fire.locator('select').first().selectOption('T03')
    await fire.getByRole('textbox').fill('T03')
    await fire.getByRole('button', { name: words.save }).click()
    await expect(fire.locator('.primary')).toContainText('T03')

    if (process.env.LOOK) await page.screenshot({ path: `/tmp/sheet-${words.language}.png` })
    await she.isAccepted('C E01 T03')
    for (const agency of await ending.locator('li[data-agency]').all()) {
      await agency.locator('select').selectOption('SVC')
      await agency.getByRole('button', { name: words.give }).click()
      await expect(agency.locator('select')).toHaveCount(0)
    }
    await expect(page.locator('#sheet .status')).toHaveText(words.closed)

    await page.locator('#reopen-reason').selectOption('more-work')
    await ending.getByRole('button', { name: words.reopen }).click()
    await expect(page.locator('#sheet .status')).toHaveText(words.waiting)
    expect(she.troubles).toEqual([])
    await she.leaves()
  })
}

for (const words of [
  {
    language: 'en',
    opens: 'E 2100 FOLSOM ST STRUCTURE FIRE; smoke',
    find: 'Find',
    place: '2100 folsom',
    nobody: 'There is no search by person',
    add: 'Add',
    give: 'Give to records systems',
    primary: 'Primary',
    alarm: 'Alarm processing',
  },
  {
    language: 'zh-CN',
    opens: '新 2300 FOLSOM ST 建筑火灾; 冒烟',
    find: '查询',
    place: '2300 folsom',
    nobody: '不提供按人查询',
    add: '添加',
    give: '移送业务档案系统',
    primary: '主责',
    alarm: '受理用时',
  },
] as const) {
  test(`a closed incident is found in the records, added to, given to records systems and printed (${words.language})`, async ({
    browser,
  }) => {
    const she = await Dispatcher.signedIn(browser, { url: url(), language: words.language })
    const { page } = she
    const tag = await she.opensIncident(words.opens)
    await she.isAccepted(`D E03 ${tag}`)
    await she.isAccepted('S E03 ENR')
    await she.isAccepted('S E03 ONS')
    await she.isAccepted('C E03')
    await she.isAccepted(`X ${tag} SVC`)
    await page.keyboard.press('Escape')
    await page.locator('#queue tbody tr').first().focus()
    await page.keyboard.press('o')
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText(words.nobody)
    await dialog.locator('input[name="place"]').fill(words.place)
    await dialog.getByRole('button', { name: words.find, exact: true }).click()
    await expect(dialog.locator('tbody tr')).toHaveCount(1)
    if (process.env.LOOK) await page.screenshot({ path: `/tmp/records-${words.language}.png` })
    await dialog.locator('tbody tr button').click()
    await expect(page.locator(`#sheet[data-tag="${tag}"]`)).toBeVisible()
    await she.writes('found afterwards')
    await expect(she.narrative).toContainText('found afterwards')
    await page.getByRole('button', { name: words.give }).click()
    await expect(she.notice).toContainText(words.give)

    const [paper] = await Promise.all([page.waitForEvent('popup'), page.locator('a[href^="/print/"]').click()])
    await expect(paper.locator('main.paper')).toContainText('E03')
    await expect(paper.locator('main.paper')).toContainText(words.primary)
    await expect(paper.locator('main.paper')).toContainText(words.alarm)
    await expect(paper.locator('main.paper ol')).toContainText('found afterwards')
    if (process.env.LOOK) await paper.screenshot({ path: `/tmp/print-${words.language}.png` })
    expect(she.troubles).toEqual([])
    await she.leaves()
  })
}
