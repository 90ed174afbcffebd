import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { leftOut } from './left-out.ts'

const executablePath = '/usr/bin/chromium'

/** Why no browser test can run here; undefined when they can. */
export const browserMissing = existsSync(executablePath)
  ? undefined
  : leftOut(`${executablePath} is missing`)

/** Starts the system's Chromium, quiet and without a network of its own. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
