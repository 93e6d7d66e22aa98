import { describe, expect, it } from 'vitest'
import { placed } from './labels'
import { fitted, inMetres, onScreen, panned, scaleBar, zoomed, type Point } from './plane'

const size = { width: 800, height: 400 }
const points: Point[] = [
  [0, 0],
  [1000, 200],
]

describe('the plan of a district', () => {
  it('shows everything, north upwards', () => {
    const view = fitted(points, size)
    const [a, b] = points.map((point) => onScreen(point, view, size)) as [Point, Point]
    for (const [x, y] of [a, b]) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(800)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(400)
    }
    expect(b[1]).toBeLessThan(a[1])
  })
  it('is looked up back to metres', () => {
    const view = fitted(points, size)
    const [x, y] = inMetres(onScreen([123, 45], view, size), view, size)
    expect([Math.round(x), Math.round(y)]).toEqual([123, 45])
  })
  it('stays under the pointer while it is zoomed, and follows it while it is moved', () => {
    const view = fitted(points, size)
    const at: Point = [200, 90]
    const before = inMetres(at, view, size)
    const after = inMetres(at, zoomed(view, 2.5, at, size), size)
    expect(after[0]).toBeCloseTo(before[0])
    expect(after[1]).toBeCloseTo(before[1])
    const moved = inMetres([at[0] + 30, at[1] + 20], panned(view, 30, 20), size)
    expect(moved[0]).toBeCloseTo(before[0])
    expect(moved[1]).toBeCloseTo(before[1])
  })
  it('without points or room is shown all the same', () => {
    expect(fitted([], size).scale).toBeGreaterThan(0)
    expect(fitted([[5, 5]], { width: 0, height: 0 }).scale).toBeGreaterThan(0)
  })
  it('has a scale of a round length', () => {
    for (const scale of [0.01, 0.2, 0.73, 4]) {
      const bar = scaleBar({ east: 0, north: 0, scale })
      expect([1, 2, 5]).toContain(Number(bar.metres.toPrecision(1).replace(/0+$/, '').replace(/e.*/, '')[0]))
      expect(bar.px).toBeLessThanOrEqual(110)
    }
  })
})

describe('names', () => {
  const sign = (x: number, y: number) => ({ x, y })
  it('stand to the right, to the left where there is no room, or not at all', () => {
    const one = { id: 'a', text: 'Market', x: 100, y: 100 }
    expect(placed([one], [sign(100, 100)])[0]?.anchor).toBe('start')
    expect(placed([one], [sign(100, 100), sign(125, 100)])[0]?.anchor).toBe('end')
    expect(placed([one], [sign(100, 100), sign(125, 100), sign(75, 100)])).toEqual([])
  })
  it('never lie over another name', () => {
    const all = Array.from({ length: 30 }, (_, n) => ({
      id: String(n),
      text: '集市广场',
      x: (n % 6) * 40,
      y: Math.floor(n / 6) * 8,
    }))
    const found = placed(all, [])
    expect(found.length).toBeGreaterThan(0)
    expect(found.length).toBeLessThan(30)
  })
})
