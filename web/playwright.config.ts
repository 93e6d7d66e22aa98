import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

/** A Chromium that is on the machine; else the one that Playwright brings. */
const executablePath = [process.env.TURNOUT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
)

/** No requests of the browser's own, and WebGL without a graphics card. */
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
]

export default defineConfig({
  testDir: './e2e',
  globalSetup: './e2e/global.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  outputDir: './test-results',
  use: {
    viewport: { width: 1600, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: { executablePath, args },
  },
  projects: [
    { name: 'desk', testIgnore: /city\.spec\.ts/ },
    { name: 'city', testMatch: /city\.spec\.ts/ },
  ],
})
