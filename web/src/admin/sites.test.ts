import { describe, expect, it } from 'vitest'
import { inBox, plotted, sought, type Site } from './sites'

const site = (id: string, lon: number, lat: number): Site => ({
  id,
  name: { en: `${id} & Main`, zh: `主街 ${id}` },
  at: [lon, lat],
})
const SITES = [site('A', -122.42, 37.77), site('B', -122.41, 37.77), site('C', -122.42, 37.78)]

describe('junctions on a plan', () => {
  it('stand north up, east to the right, a degree of longitude shorter than one of latitude', () => {
    const [a, b, c] = plotted(SITES, 400, 300)
    expect(b!.x).toBeGreaterThan(a!.x)
    expect(b!.y).toBeCloseTo(a!.y)
    expect(c!.y).toBeLessThan(a!.y)
    expect((b!.x - a!.x) / (a!.y - c!.y)).toBeCloseTo(Math.cos((37.773 * Math.PI) / 180), 3)
    for (const { x, y } of [a!, b!, c!]) expect(x >= 10 - 1e-6 && x <= 390 + 1e-6 && y >= 10 - 1e-6 && y <= 290 + 1e-6).toBe(true)
    expect(plotted([], 400, 300)).toEqual([])
    expect(plotted([SITES[0]!], 400, 300)[0]).toMatchObject({ x: 200, y: 150 })
  })
  it('are picked by a box drawn in any direction, and found by every word in either language', () => {
    const all = plotted(SITES, 400, 300)
    const [a, b] = all
    expect(inBox(all, [b!.x + 1, b!.y + 1], [a!.x - 1, a!.y - 1])).toEqual(['A', 'B'])
    expect(sought(SITES, 'main b').map((one) => one.id)).toEqual(['B'])
    expect(sought(SITES, '主街').length).toBe(3)
    expect(sought(SITES, '').length).toBe(3)
  })
})
