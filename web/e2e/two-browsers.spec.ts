import { expect, test } from '@playwright/test'
import { bringCrewsOnDuty } from './crews'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

test.beforeAll(() => bringCrewsOnDuty(url()))

test('two consoles on one incident never lose each other’s work', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  const bo = await Dispatcher.signedIn(browser, { url: url(), language: 'zh-CN' })
  const tag = await ann.opensIncident('E 500 VALENCIA ST MED')
  await bo.chooses(tag)

  // Both write in the narrative at the same time: both lines are there, on both screens.
  await Promise.all([ann.writes('Ann: caller says he is awake'), bo.writes('Bo：病人能说话')])
  for (const one of [ann, bo]) {
    await expect(one.narrative).toContainText('Ann: caller says he is awake')
    await expect(one.narrative).toContainText('Bo：病人能说话')
  }

  // Both change the place. What Bo types is not overwritten by Ann's change; Bo sees both and chooses.
  const place = bo.field('location').locator('input')
  await place.fill('520 Valencia St')
  const anns = ann.field('location').locator('input')
  await anns.fill('540 Valencia St')
  await anns.press('Enter')
  await expect(ann.incident(tag)).toContainText('540 Valencia St')
  await expect(place).toHaveValue('520 Valencia St')
  const conflict = bo.field('location').getByRole('alert')
  await expect(conflict).toContainText('540 Valencia St')
  await expect(conflict).toContainText('520 Valencia St')
  await conflict.getByRole('button', { name: '保留我的' }).click()
  await expect(ann.incident(tag)).toContainText('520 Valencia St')
  await expect(conflict).toHaveCount(0)
  expect([...ann.troubles, ...bo.troubles]).toEqual([])
  await ann.leaves()
  await bo.leaves()
})

test('two dispatchers send one unit at once: one wins, the other is told who and when', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  const bo = await Dispatcher.signedIn(browser, { url: url() })
  const hers = await ann.opensIncident('E 700 HAYES ST MED')
  const his = await bo.opensIncident('E 2500 GEARY BLVD MED')
  const outcomes = await Promise.all([ann.enters(`D E36 ${hers}`), bo.enters(`D E36 ${his}`)])
  expect([...outcomes].sort()).toEqual(['accepted', 'refused'])
  const [loser, winnersTag] = outcomes[0] === 'refused' ? [ann, his] : [bo, hers]
  await expect(loser.explanation).toContainText('E36')
  await expect(loser.explanation).toContainText(winnersTag)
  await ann.leaves()
  await bo.leaves()
})

test('what others changed while one looked away is marked until it is seen', async ({ browser }) => {
  const ann = await Dispatcher.signedIn(browser, { url: url() })
  const bo = await Dispatcher.signedIn(browser, { url: url() })
  await ann.page.evaluate(() => (document.hasFocus = () => false))
  const tag = await bo.opensIncident('E 1800 HAIGHT ST FALL')
  await expect(ann.incident(tag).locator('.dot')).toBeVisible()
  await expect(ann.page.locator('[data-pane=queue] .unseen')).toContainText(/changed since \d\d:\d\d:\d\d/)
  await expect(ann.page).toHaveTitle(/^\(\d+\)/)
  await ann.incident(tag).hover()
  await expect(ann.incident(tag).locator('.dot')).toHaveCount(0)
  await ann.leaves()
  await bo.leaves()
})
