/** A time on paper: with its date and seconds, in the city's time. Pure. */
export function exactTime(at: number, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: timeZone || undefined,
  }).format(at)
}
