/** Which screen an address shows. One line per screen. */
export type ScreenName = 'console' | 'map' | 'wall' | 'print' | 'station' | 'admin' | 'engineer'

export function screenAt(path: string): ScreenName {
  if (path.startsWith('/wall')) return 'wall'
  if (path.startsWith('/admin')) return 'admin'
  if (path.startsWith('/engineer')) return 'engineer'
  if (path.startsWith('/map')) return 'map'
  if (path.startsWith('/print/')) return 'print'
  if (path.startsWith('/station/')) return 'station'
  return 'console'
}

/** The station whose screen an address is: `/station/ST07`; empty for every other. */
export function stationAt(path: string): string {
  return decodeURIComponent(/^\/station\/([^/]+)/.exec(path)?.[1] ?? '')
}
