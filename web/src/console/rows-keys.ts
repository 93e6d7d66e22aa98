/** Moving through the rows of a table with j, k, arrows, Home and End. Rows carry `data-id`. */
export function moveInRows(event: KeyboardEvent): HTMLElement | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  const holder = event.currentTarget as HTMLElement
  const rows = [...holder.querySelectorAll<HTMLElement>('[data-id]')]
  const row = (event.target as HTMLElement).closest<HTMLElement>('[data-id]')
  const at = row ? rows.indexOf(row) : -1
  const to = next(event.key, at, rows.length)
  const found = to === null ? undefined : rows[to]
  if (!found) return null
  event.preventDefault()
  found.focus()
  found.scrollIntoView({ block: 'nearest' })
  return found
}

export function next(key: string, at: number, count: number): number | null {
  if (!count) return null
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return Math.min(at + 1, count - 1)
    case 'k':
    case 'ArrowUp':
      return Math.max(at - 1, 0)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
