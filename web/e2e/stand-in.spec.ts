/** What cannot be had from the real server on demand: a server newer than the page, and 2,000 moving units. */
import { expect, test, type Page } from '@playwright/test'
import { Dispatcher } from './dispatcher'

const url = () => process.env.TURNOUT_DESK as string

/** Without a shared worker the page holds the socket itself, and the test can stand in for the server. */
async function standIn(page: Page, answer: (send: (frame: unknown) => void) => void): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'))
  await page.routeWebSocket(/\/socket$/, (socket) => {
    socket.onMessage((message) => {
      const frame = JSON.parse(String(message)) as { type: string; at?: number }
      if (frame.type === 'hello') answer((reply) => socket.send(JSON.stringify(reply)))
      if (frame.type === 'ping') socket.send(JSON.stringify({ type: 'pong', at: frame.at, now: Date.now() }))
    })
  })
}

test('a page that is too old says so, and keeps what was typed over the reload', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url() })
  await she.types('N T03 do not lose this')
  await standIn(she.page, (send) => send({ type: 'too-old', protocol: 9, oldest_protocol: 8 }))
  await she.page.reload()
  await expect(she.page.getByText('A newer version is running')).toBeVisible()
  await expect(she.page.getByRole('button', { name: 'Reload' })).toBeVisible()
  await expect(she.line).toHaveValue('N T03 do not lose this')
  await she.leaves()
})

test('2,000 moving units are drawn, and the console still takes what is typed', async ({ browser }) => {
  const she = await Dispatcher.signedIn(browser, { url: url(), map: true })
  const board = (await (await she.context.request.get(`${url()}/api/v1/board`)).json()) as {
    tables: { units: Record<string, object> }
  }
  const example = Object.values(board.tables.units)[0] as object
  const units = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, n) => [
      `U${n}`,
      { ...example, id: `U${n}`, status: { stage: 'available', in_quarters: false, moving_to: null, code: '' } },
    ]),
  )
  const places = (turn: number) =>
    Array.from({ length: 2_000 }, (_, n) => [
      `U${n}`,
      37.72 + (n % 50) * 0.0018 + turn * 0.00003,
      -122.5 + Math.floor(n / 50) * 0.0027,
      0,
      8,
      Date.now(),
    ])
  await standIn(she.page, (send) => {
    send({
      type: 'welcome',
      protocol: 1,
      oldest_protocol: 1,
      version: '0',
      now: Date.now(),
      actor: { id: 'a', roles: [] },
      city: 'san-francisco',
    })
    send({ type: 'snapshot', seq: 1, tables: { ...board.tables, units } })
    let turn = 0
    const beat = setInterval(() => {
      try {
        send({ type: 'places', now: Date.now(), units: places(++turn) })
      } catch {
        clearInterval(beat)
      }
    }, 500)
  })
  await she.page.reload()
  await expect(she.page.locator('#units [data-id="U1999"]')).toBeAttached({ timeout: 20_000 })
  await she.page.waitForTimeout(2_000)
  // How long a key waits for the page while everything moves.
  const waits = await she.page.evaluate(async () => {
    const found: number[] = []
    for (let n = 0; n < 40; n++) {
      const began = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 0))
      found.push(performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return found.sort((a, b) => a - b)
  })
  await she.types('N T01 still here')
  await expect(she.line).toHaveValue('N T01 still here')
  console.log(`  main thread waits, ms: median ${waits[20]?.toFixed(0)}, worst ${waits[39]?.toFixed(0)}`)
  expect(she.troubles).toEqual([])
  await she.leaves()
})
