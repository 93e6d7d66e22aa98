/** Starts a server on a free port, with a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TURNOUT = process.env.TURNOUT ?? join(ROOT, '.venv/bin/turnout')
const START_MS = 90_000

export interface Server {
  url: string
  setupCode: string
  stop: () => void
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

export async function start(...more: string[]): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'turnout-e2e-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server: ChildProcess = spawn(
    TURNOUT,
    ['serve', '--port', String(port), '--data', data, '--origin', `http://localhost:${port}`, ...more],
    // TURNOUT_CITY is the tests' address of a server; to the program it would be a city folder.
    { cwd: ROOT, env: { ...process.env, TURNOUT_CITY: '' } },
  )
  let said = ''
  server.stdout?.on('data', (chunk) => (said += String(chunk)))
  server.stderr?.on('data', (chunk) => (said += String(chunk)))
  const until = Date.now() + START_MS
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`turnout serve ended: ${said}`)
    const ok = await fetch(`${url}/health`)
      .then((reply) => reply.ok)
      .catch(() => false)
    if (ok) break
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  // The greeting comes just after the port opens.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const stop = () => {
    server.kill('SIGTERM')
    rmSync(data, { recursive: true, force: true })
  }
  return { url, setupCode: /\b([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})\b/.exec(said)?.[1] ?? '', stop }
}
