/**
 * What is kept in the browser: `session` for what belongs to this window (drafts, the command line), `local` for this
 * computer (preferences, layouts). Storage may be full or forbidden; then the page works on without keeping.
 */
type Where = 'session' | 'local'

function storage(where: Where): Storage | null {
  try {
    return where === 'session' ? globalThis.sessionStorage : globalThis.localStorage
  } catch {
    return null
  }
}

export function kept<T>(where: Where, key: string, otherwise: T): T {
  try {
    const text = storage(where)?.getItem(key)
    return text ? (JSON.parse(text) as T) : otherwise
  } catch {
    return otherwise
  }
}

export function keep(where: Where, key: string, value: unknown): void {
  try {
    if (value === undefined || value === null || value === '') storage(where)?.removeItem(key)
    else storage(where)?.setItem(key, JSON.stringify(value))
  } catch {
    // Full or forbidden: what is on the screen stays on the screen.
  }
}
