/** Which part of the engineer's screen is open; it stands in the address. */
export const TABS = ['district', 'wave', 'plans', 'release', 'adaptive', 'corridors', 'quality'] as const
export type TabName = (typeof TABS)[number]

class Tab {
  now = $state<TabName>(named())

  go(name: TabName): void {
    this.now = name
    history.replaceState(null, '', `#${name}`)
  }

  follow(): void {
    this.now = named()
  }
}

function named(): TabName {
  const name = location.hash.slice(1)
  return TABS.find((one) => one === name) ?? 'district'
}

export const tab = new Tab()
