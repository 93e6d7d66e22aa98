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

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  return (await answered<T>(method, path, body)).content
}

/** `next`: the query of the next page, where the answer names one (`Link`, RFC 8288). */
async function answered<T>(method: string, path: string, body?: unknown): Promise<{ content: T; next: string }> {
  let reply: Response
  try {
    reply = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        'Accept-Language': preferences.language,
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(WAIT_MS),
    })
  } catch {
    throw new Problem(0, 'no-connection', '')
  }
  const text = await reply.text()
  const content = text ? parsed(text) : undefined
  if (reply.ok) return { content: content as T, next: /<(\?[^>]*)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1] ?? '' }
  const problem = (content ?? {}) as { code?: string; detail?: string; title?: string; fields?: Record<string, unknown> }
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
  return parts.length ? `?${parts.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join('&')}` : ''
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
  post: <T>(path: string, body: unknown = {}) => ask<T>('POST', path, body),
  delete: <T>(path: string) => ask<T>('DELETE', path),
}
