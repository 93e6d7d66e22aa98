/** Which screen an address shows. One line per screen. */
export type ScreenName = 'console' | 'map' | 'wall'

export function screenAt(path: string): ScreenName {
  if (path.startsWith('/wall')) return 'wall'
  if (path.startsWith('/map')) return 'map'
  return 'console'
}
