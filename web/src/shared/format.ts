/** How times, ages and distances read. Pure: language and time zone come in. */

/** An age or a remaining time: `0:42`, `12:07`, `1:03:22`, `3 d 4 h`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s >= 86_400) return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`
  const seconds = String(s % 60).padStart(2, '0')
  if (s < 3600) return `${Math.floor(s / 60)}:${seconds}`
  return `${Math.floor(s / 3600)}:${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}:${seconds}`
}

/** A travel time in whole minutes and seconds: `4:20`. */
export function travel(s: number): string {
  return duration(Math.round(s) * 1000)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(language: string, timeZone: string, kind: 'time' | 'short' | 'date'): Intl.DateTimeFormat {
  const key = `${language}|${timeZone}|${kind}`
  let made = formats.get(key)
  if (!made) {
    const options: Intl.DateTimeFormatOptions =
      kind === 'date'
        ? { month: 'short', day: 'numeric', weekday: 'short' }
        : { hour: '2-digit', minute: '2-digit', second: kind === 'time' ? '2-digit' : undefined, hourCycle: 'h23' }
    made = new Intl.DateTimeFormat(language, { ...options, timeZone: timeZone || undefined })
    formats.set(key, made)
  }
  return made
}

/** Wall time in the city: `14:03:22`. */
export function timeOfDay(at: number, language: string, timeZone: string): string {
  return format(language, timeZone, 'time').format(at)
}

/** `14:03`. */
export function hourAndMinute(at: number, language: string, timeZone: string): string {
  return format(language, timeZone, 'short').format(at)
}

export function dayOf(at: number, language: string, timeZone: string): string {
  return format(language, timeZone, 'date').format(at)
}

/** With the day when it is not today. */
export function timeAndDay(at: number, now: number, language: string, timeZone: string): string {
  const time = timeOfDay(at, language, timeZone)
  const day = dayOf(at, language, timeZone)
  return day === dayOf(now, language, timeZone) ? time : `${day} ${time}`
}

export function distance(m: number): string {
  return m < 1000 ? `${Math.round(m / 10) * 10} m` : `${(m / 1000).toFixed(1)} km`
}

/** How far the zone is ahead of UTC at that moment, milliseconds. */
function ahead(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  return (
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
    Math.floor(at / 1000) * 1000
  )
}

/** The moment of a wall time in the city (`2026-03-08T14:30`), as a date field gives it; null where it is none. */
export function momentInCity(local: string, timeZone: string): number | null {
  const asUtc = Date.parse(`${local}Z`)
  if (Number.isNaN(asUtc)) return null
  // Twice, because the offset is asked at a moment that is itself found with an offset.
  const near = asUtc - ahead(asUtc, timeZone)
  return asUtc - ahead(near, timeZone)
}
