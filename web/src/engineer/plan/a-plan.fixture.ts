/** A plan of eighty seconds and groups, as tests of plans say them. */
import type { Group, Plan } from '../shapes'

export const group = (id: string, min_green_s = 5): Group => ({
  id,
  kind: 'vehicle',
  min_green_s,
  amber_s: 3,
  red_amber_s: 1,
  clearance_s: 0,
  max_red_s: 0,
})

export const plan = (...windows: [string, number, number][]): Plan => ({
  id: 'day',
  cycle_s: 80,
  offset_s: 10,
  windows: windows.map(([group, from_s, to_s]) => ({ group, from_s, to_s })),
})
