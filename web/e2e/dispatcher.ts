/** A dispatcher at a console, in the words of the job. Specs speak to this; only this knows what the page is made of. */
import { expect, type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test'

export interface Seat {
  url: string
  language?: 'en' | 'zh-CN'
  theme?: 'dark' | 'light'
  size?: { width: number; height: number }
  path?: string
  role?: string
  /** With the map in the same window. Drawing it without a graphics card is slow, so only where it is looked at. */
  map?: boolean
}

export class Dispatcher {
  /** Requests that left the server's own address: there may be none. */
  readonly strayRequests: string[] = []
  readonly troubles: string[] = []

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly seat: Seat,
  ) {
    context.on('request', (request) => {
      const url = new URL(request.url())
      if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.origin !== new URL(seat.url).origin)
        this.strayRequests.push(request.url())
    })
    page.on('pageerror', (error) => this.troubles.push(error.message))
    page.on('console', (said) => {
      if (said.text().includes('Content Security Policy')) this.troubles.push(said.text())
    })
  }

  /** A browser of one's own, at the sign-in page. */
  static async atTheDoor(browser: Browser, seat: Seat): Promise<Dispatcher> {
    const context = await browser.newContext({
      viewport: seat.size ?? { width: 1600, height: 900 },
      locale: seat.language ?? 'en-US',
    })
    await context.addInitScript(
      ([language, theme, map]) => {
        if (!map) sessionStorage.setItem('turnout.map.elsewhere', 'true')
        if (!localStorage.getItem('turnout.preferences'))
          localStorage.setItem('turnout.preferences', JSON.stringify({ language, theme, sound: false }))
      },
      [seat.language ?? 'en', seat.theme ?? 'dark', seat.map ? 'map' : ''],
    )
    const page = await context.newPage()
    const dispatcher = new Dispatcher(page, context, seat)
    await page.goto(`${seat.url}${seat.path ?? '/'}`)
    return dispatcher
  }

  /** Signed in for the demonstration, with the board on the screen. */
  static async signedIn(browser: Browser, seat: Seat): Promise<Dispatcher> {
    const dispatcher = await Dispatcher.atTheDoor(browser, seat)
    await dispatcher.startsTheDemonstration()
    return dispatcher
  }

  async startsTheDemonstration(): Promise<void> {
    await this.page.locator('form.demo button.main').click()
    await this.seesTheBoard()
  }

  async seesTheBoard(): Promise<void> {
    if (this.seat.path === '/wall') await expect(this.page.locator('main.wall')).toBeVisible()
    else await expect(this.page.locator('.link .dot')).toBeVisible({ timeout: 20_000 })
  }

  async leaves(): Promise<void> {
    await this.context.close()
  }

  // --- the command line

  get line(): Locator {
    return this.page.locator('#command-line')
  }

  get explanation(): Locator {
    return this.page.locator('#line-explained')
  }

  get notice(): Locator {
    return this.page.locator('[data-notice]')
  }

  /** Types into the command line with the keyboard alone, from wherever the keyboard is. */
  async types(text: string): Promise<void> {
    for (let presses = 0; presses < 4 && !(await this.isOnTheLine()); presses++) await this.page.keyboard.press('Escape')
    await expect(this.line).toBeFocused()
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(text)
  }

  /** Types a line and enters it; resolves when it has been accepted or refused. */
  async enters(text: string): Promise<'accepted' | 'refused'> {
    await this.types(text)
    // The explanation stands there before Enter, as a person would read it.
    await expect(this.explanation).toHaveAttribute('data-answered', 'true')
    const before = await this.noticeNumber()
    await this.page.keyboard.press('Enter')
    await expect.poll(() => this.noticeNumber(), { timeout: 15_000 }).toBeGreaterThan(before)
    return this.lastNotice()
  }

  async isAccepted(text: string): Promise<void> {
    const outcome = await this.enters(text)
    expect(outcome, `${text}: ${await this.explanation.textContent()}`).toBe('accepted')
  }

  async isRefused(text: string): Promise<string> {
    const outcome = await this.enters(text)
    expect(outcome, text).toBe('refused')
    return (await this.explanation.textContent()) ?? ''
  }

  private async isOnTheLine(): Promise<boolean> {
    return this.page.evaluate(() => document.activeElement?.id === 'command-line')
  }

  private async noticeNumber(): Promise<number> {
    return Number(await this.page.locator('[data-notices]').getAttribute('data-notices'))
  }

  private async lastNotice(): Promise<'accepted' | 'refused'> {
    return (await this.page.locator('[data-notices]').getAttribute('data-last')) as 'accepted' | 'refused'
  }

  // --- incidents

  incident(tag: string): Locator {
    return this.page.locator(`#queue tr[data-tag="${tag}"]`)
  }

  get tags(): Promise<string[]> {
    return this.page.locator('#queue tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-tag') ?? ''))
  }

  /** Opens an incident with one line and says which tag it got. */
  async opensIncident(line: string): Promise<string> {
    await this.isAccepted(line)
    await expect(this.page.locator('#sheet[data-tag]')).toBeVisible()
    return (await this.page.locator('#sheet').getAttribute('data-tag')) ?? ''
  }

  async chooses(tag: string): Promise<void> {
    await this.incident(tag).click()
    await expect(this.page.locator(`#sheet[data-tag="${tag}"]`)).toBeVisible()
  }

  get sheet(): Locator {
    return this.page.locator('#sheet')
  }

  field(name: string): Locator {
    return this.page.locator(`[data-field="${name}"]`)
  }

  get narrative(): Locator {
    return this.page.locator('[data-section="narrative"] ol')
  }

  async writes(text: string): Promise<void> {
    await this.page.locator('#narrative').fill(text)
    await this.page.locator('#narrative').press('Control+Enter')
  }

  assigned(unit: string): Locator {
    return this.page.locator(`[data-section="assigned"] li[data-unit="${unit}"]`)
  }

  get assignedUnits(): Promise<string[]> {
    return this.page
      .locator('[data-section="assigned"] > .body > ul > li')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-unit') ?? ''))
  }

  unit(id: string): Locator {
    return this.page.locator(`#units [data-id="${id}"]`)
  }
}
