/**
 * What is kept in the browser: `session` for what is done in this window (drafts, the command line), `window` for how it is
 * laid out, `local` for this computer (preferences). Storage may be full or forbidden; then the page works on without keeping.
 *
 * What is done in the window may hold what a caller said. It stands sealed in the storage (AES-256-GCM), under a key that the
 * server tells this session and nobody else: once the session has ended nothing opens it any more, also where the page had no
 * connection to be told so (OWASP ASVS 5.0, 14.3.1 and 14.3.3).
 */
type Where = 'session' | 'window' | 'local'

const SEALED = 'turnout.sealed'
/** Of this computer, but of one person's work: it goes with the session. */
const OF_A_PERSON = ['turnout.tables.draft']
/** How it is laid out, which tells nothing. */
const OF_THE_WINDOW = ['turnout.map.elsewhere']
const NONCE_BYTES = 12

/** A copy as it would be read from the storage. What a page watches (Svelte's $state) is a proxy, which cannot be cloned. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
const WAIT_MS = 15_000

const opened = new Map<string, unknown>()
let key: CryptoKey | null = null
let keyText = ''
let writing: Promise<void> = Promise.resolve()
let isWaiting = false

function storage(where: Where): Storage | null {
  try {
    return where === 'local' ? globalThis.localStorage : globalThis.sessionStorage
  } catch {
    return null
  }
}

export function kept<T>(where: Where, name: string, otherwise: T): T {
  if (where === 'session') return opened.has(name) ? (plain(opened.get(name)) as T) : otherwise
  try {
    const text = storage(where)?.getItem(name)
    return text ? (JSON.parse(text) as T) : otherwise
  } catch {
    return otherwise
  }
}

export function keep(where: Where, name: string, value: unknown): void {
  const isNothing = value === undefined || value === null || value === ''
  if (where === 'session') {
    if (isNothing) opened.delete(name)
    else opened.set(name, plain(value))
    return sealSoon()
  }
  try {
    if (isNothing) storage(where)?.removeItem(name)
    else storage(where)?.setItem(name, JSON.stringify(value))
  } catch {
    // Full or forbidden: what is on the screen stays on the screen.
  }
}

/** Names of what is kept for this window and is not empty. */
export function namesKept(): string[] {
  return [...opened].filter(([, value]) => !['""', '[]', '{}', 'false'].includes(JSON.stringify(value))).map(([name]) => name)
}

/** Before the page is built: what this window kept under the session that it still has. */
export async function begin(): Promise<void> {
  try {
    const reply = await fetch('/api/v1/session', { credentials: 'same-origin', signal: AbortSignal.timeout(WAIT_MS) })
    if (reply.ok) await takeKey(((await reply.json()) as { drafts_key?: string }).drafts_key ?? '')
    else if (reply.status === 401) forget()
  } catch {
    // No connection: the page says so, and what is sealed waits for the key.
  }
}

/** The session's key. What is kept goes on under it; what was sealed under an ended session's is let go. */
export async function takeKey(text: string): Promise<void> {
  if (text === keyText) return
  const isFirst = !keyText
  keyText = text
  const taken = text && globalThis.crypto?.subtle ? await imported(text) : null
  if (keyText !== text) return
  key = taken
  if (key && isFirst) for (const [name, value] of await unsealed(key)) if (!opened.has(name)) opened.set(name, value)
  sealSoon()
  await flushed()
}

/** The session has ended: nothing of it is kept, here or in the storage. */
export function forget(): void {
  opened.clear()
  key = null
  keyText = ''
  try {
    const store = storage('session')
    for (const name of Object.keys(store ?? {}))
      if (name.startsWith('turnout.') && !OF_THE_WINDOW.includes(name)) store?.removeItem(name)
    for (const name of OF_A_PERSON) storage('local')?.removeItem(name)
  } catch {
    // Forbidden: then nothing is there either.
  }
}

/** When all that is kept is in the storage. */
export const flushed = (): Promise<void> => writing

function sealSoon(): void {
  if (isWaiting || !key) return
  isWaiting = true
  writing = writing.then(seal, seal)
}

async function seal(): Promise<void> {
  isWaiting = false
  const by = key
  if (!by) return
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const said = new TextEncoder().encode(JSON.stringify([...opened]))
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, by, said))
  if (key !== by) return
  try {
    storage('session')?.setItem(SEALED, toText(new Uint8Array([...nonce, ...sealed])))
  } catch {
    // Full or forbidden.
  }
}

async function unsealed(by: CryptoKey): Promise<[string, unknown][]> {
  try {
    const bytes = toBytes(storage('session')?.getItem(SEALED) ?? '')
    const nonce = bytes.slice(0, NONCE_BYTES)
    const said = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, by, bytes.slice(NONCE_BYTES))
    return JSON.parse(new TextDecoder().decode(said)) as [string, unknown][]
  } catch {
    return []
  }
}

const imported = (text: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', toBytes(text.replaceAll('-', '+').replaceAll('_', '/')), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])

function toText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

const toBytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
