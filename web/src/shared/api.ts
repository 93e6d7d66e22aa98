/** Requests to the server. A refusal arrives as a problem document (RFC 9457) and is thrown as `Problem`. */
import { preferences } from './preferences.svelte'

const WAIT_MS = 15_000

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: Record<string, unknown> = {},
  ) {
    super(detail || code)
  }
}

/** A million lines: something is wrong there. */
const PAGES_MAX = 200

/** Has the person show again who it is; false: turned back. Set by the page. */
let prover: () => Promise<boolean> = () => Promise.resolve(false)
export function onProofNeeded(how: () => Promise<boolean>): void {
  prover = how
}

async function ask<T>(method: string, path: string, body?: unknown, wait_ms = WAIT_MS): Promise<T> {
  return (await answered<T>(method, path, body, wait_ms)).content
}

/** `next`: the query of the next page, where the answer names one (`Link`, RFC 8288). */
async function answered<T>(
  method: string,
  path: string,
  body?: unknown,
  wait_ms = WAIT_MS,
  isAgain = false,
): Promise<{ content: T; next: string }> {
  let reply: Response
  try {
    const { address, said } = apart(path)
    reply = await fetch('/api/v1' + address, {
      method,
      credentials: 'same-origin',
      headers: {
        'Accept-Language': preferences.language,
        Accept: 'application/json',
        ...said,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(wait_ms),
    })
  } catch {
    throw new Problem(0, 'no-connection', '')
  }
  const text = await reply.text()
  const content = text ? parsed(text) : undefined
  if (reply.ok) return { content: content as T, next: /<(\?[^>]*)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1] ?? '' }
  const problem = (content ?? {}) as { code?: string; detail?: string; title?: string; fields?: Record<string, unknown> }
  // A proof that is refused (somebody else's password) is the trouble of who asked for it: its dialogue is open already.
  const isProof = method === 'POST' && path.startsWith('/session')
  if (problem.code === 'proof-needed' && !isProof && !isAgain && (await prover()))
    return answered<T>(method, path, body, wait_ms, true)
  throw new Problem(reply.status, problem.code ?? `http-${reply.status}`, problem.detail ?? problem.title ?? '', problem.fields)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function query(values: Record<string, string | number | undefined | null>): string {
  const parts = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return parts.length
    ? `?${parts.map(([key, value]) => `${key}=${encodeURIComponent(wellFormed(String(value)))}`).join('&')}`
    : ''
}

/** Of a query: what belongs into no address, since addresses are kept in histories and logs (the server refuses it there). */
const PRIVATE = ['q', 'place', 'lat', 'lon', 'note', 'purpose']

/** The address, and the header that says the rest. */
export function apart(path: string): { address: string; said: Record<string, string> } {
  const [before = '', ...after] = path.split('?')
  const parts = after.join('?').split('&').filter(Boolean)
  const isPrivate = (part: string) => PRIVATE.includes(part.split('=')[0] ?? '')
  const open = parts.filter((part) => !isPrivate(part))
  const own = parts.filter(isPrivate)
  return {
    address: before + (open.length ? '?' + open.join('&') : ''),
    said: own.length ? { 'Turnout-Query': own.join('&') } : {},
  }
}

/**
 * An address of our own with names in it: each is one step of the path and nothing else, whatever it is called. A step that
 * browsers take for "here" or "up" is none of theirs any more.
 */
export function at(parts: TemplateStringsArray, ...names: (string | number)[]): string {
  const step = (name: string | number) =>
    encodeURIComponent(/^\.{0,2}$/.test(String(name)) ? `\u2024${name}\u2024` : wellFormed(String(name)))
  return parts.reduce((path, part, n) => path + step(names[n - 1] ?? '') + part)
}

/** Half a surrogate pair cannot be encoded. */
function wellFormed(name: string): string {
  return name.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
}

/** An address elsewhere that may be shown as a link: the web alone, never a script or a file. */
export function isWeb(address: string): boolean {
  try {
    return /^https?:\/\//i.test(address) && ['http:', 'https:'].includes(new URL(address).protocol)
  } catch {
    return false
  }
}

/** A list that comes page by page, whole. */
async function all<T>(path: string): Promise<T[]> {
  let found: T[] = []
  for (let next = '', page = 0; page < PAGES_MAX; page++) {
    const one = await answered<T[]>('GET', next ? path.replace(/\?.*$/, '') + next : path)
    found = [...found, ...one.content]
    next = one.next
    if (!next) return found
  }
  throw new Problem(0, 'too-long', path)
}

export const api = {
  all,
  get: <T>(path: string) => ask<T>('GET', path),
  post: <T>(path: string, body: unknown = {}, wait_ms?: number) => ask<T>('POST', path, body, wait_ms),
  delete: <T>(path: string) => ask<T>('DELETE', path),
}
