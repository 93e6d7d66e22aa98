/** The identity, or with the first number after it that nobody has. */
export function untaken(id: string, taken: string[]): string {
  let n = 2
  if (!taken.includes(id)) return id
  while (taken.includes(`${id}-${n}`)) n++
  return `${id}-${n}`
}
