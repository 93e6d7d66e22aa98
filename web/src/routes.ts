/** Which screen an address shows. One line per screen. */
export type ScreenName = 'console' | 'map' | 'wall' | 'print'

export function screenAt(path: string): ScreenName {
  if (path.startsWith('/wall')) return 'wall'
  if (path.startsWith('/map')) return 'map'
  if (path.startsWith('/print/')) return 'print'
  return 'console'
}
