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

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
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
  if (reply.ok) return content as T
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

export const api = {
  get: <T>(path: string) => ask<T>('GET', path),
  post: <T>(path: string, body: unknown = {}) => ask<T>('POST', path, body),
  delete: <T>(path: string) => ask<T>('DELETE', path),
}
