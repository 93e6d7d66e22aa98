/** A page of somebody with a role, without a console: what the specs of the administration and of one sheet begin with. */
import { expect, type APIRequestContext, type Browser, type Page } from '@playwright/test'

export type Looked = { language?: 'en' | 'zh-CN'; theme?: 'dark' | 'light'; width?: number }

/** Signed in at the server, and nowhere yet: `page.goto` follows. */
export async function at(
  url: string,
  browser: Browser,
  role: string,
  { language = 'en', theme = 'dark', width = 1500 }: Looked = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  await context.addInitScript(
    ([language, theme]) => localStorage.setItem('turnout.preferences', JSON.stringify({ language, theme, sound: false })),
    [language, theme],
  )
  const page = await context.newPage()
  const answer = await page.request.post(`${url}/api/v1/session/demo`, { data: { role, position: '', language } })
  expect(answer.ok()).toBe(true)
  return page
}

/** A command, which is taken. */
export async function gives(url: string, asks: APIRequestContext, command: object): Promise<void> {
  const reply = await asks.post(`${url}/api/v1/commands`, { data: { id: crypto.randomUUID(), command } })
  expect(reply.ok(), await reply.text()).toBe(true)
}

/** A picture of the whole page, where `TURNOUT_SHOTS` names a folder for them. */
export async function shot(page: Page, name: string): Promise<void> {
  if (process.env.TURNOUT_SHOTS) await page.screenshot({ path: `${process.env.TURNOUT_SHOTS}/${name}.png`, fullPage: true })
}
