/** Junctions with signals on a small plan: degrees as places of a drawing, and what a box holds. */
import type { Name } from '../shared/rows'

export interface Site {
  id: string
  name: Name
  /** Longitude and latitude. */
  at: [number, number]
}

export interface Plotted {
  site: Site
  x: number
  y: number
}

/** North is up; east is as long as it is there. At least a little space around. */
export function plotted(sites: Site[], width: number, height: number): Plotted[] {
  if (!sites.length) return []
  const middle = sites.reduce((sum, one) => sum + one.at[1], 0) / sites.length
  const east = Math.cos((middle * Math.PI) / 180)
  const all = sites.map(({ at }) => [at[0] * east, at[1]] as const)
  const [x0, x1] = [Math.min(...all.map((one) => one[0])), Math.max(...all.map((one) => one[0]))]
  const [y0, y1] = [Math.min(...all.map((one) => one[1])), Math.max(...all.map((one) => one[1]))]
  const rim = 10
  const scale = Math.min((width - 2 * rim) / Math.max(x1 - x0, 1e-9), (height - 2 * rim) / Math.max(y1 - y0, 1e-9))
  const [left, top] = [(width - (x1 - x0) * scale) / 2, (height - (y1 - y0) * scale) / 2]
  return sites.map((site, n) => {
    const [x, y] = all[n] as readonly [number, number]
    return { site, x: left + (x - x0) * scale, y: height - top - (y - y0) * scale }
  })
}

export function inBox(all: Plotted[], a: [number, number], b: [number, number]): string[] {
  const [x0, x1] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])]
  const [y0, y1] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])]
  return all.filter(({ x, y }) => x >= x0 && x <= x1 && y >= y0 && y <= y1).map(({ site }) => site.id)
}

export function sought(sites: Site[], words: string): Site[] {
  const wanted = words.trim().toLowerCase().split(/\s+/u)
  return sites.filter((one) => {
    const text = `${one.id} ${one.name.en} ${one.name.zh}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
