/** Starts a server on a free port, with a data folder of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
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
  // TURNOUT_CITY is the tests' address of a server; to the program it would be a city folder.
  const environment = { ...process.env, TURNOUT_CITY: '' }
  const server: ChildProcess = spawn(
    TURNOUT,
    ['serve', '--port', String(port), '--data', data, '--origin', `http://localhost:${port}`, ...more],
    { cwd: ROOT, env: environment },
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
  const setupCode = execFileSync(TURNOUT, ['setup', '--data', data], { cwd: ROOT, env: environment }).toString().trim()
  const stop = () => {
    server.kill('SIGTERM')
    rmSync(data, { recursive: true, force: true })
  }
  return { url, setupCode, stop }
}
