/** The district's plane (metres, east and north) on the screen (pixels, right and down): fitted, moved, zoomed. */
export type Point = [number, number]

export interface View {
  /** Metres at the middle of the screen. */
  east: number
  north: number
  /** Pixels for a metre. */
  scale: number
}

export interface Size {
  width: number
  height: number
}

const MARGIN_PX = 36
/** A whole region, and a stop line. */
const SCALE_MIN = 0.005
const SCALE_MAX = 8

export function fitted(points: Point[], size: Size): View {
  if (!points.length || !size.width || !size.height) return { east: 0, north: 0, scale: 0.2 }
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  const across = Math.max(size.width - 2 * MARGIN_PX, 1) / Math.max(east - west, 1)
  const up = Math.max(size.height - 2 * MARGIN_PX, 1) / Math.max(north - south, 1)
  return { east: (west + east) / 2, north: (south + north) / 2, scale: bounded(Math.min(across, up)) }
}

export function onScreen([x, y]: Point, view: View, size: Size): Point {
  return [size.width / 2 + (x - view.east) * view.scale, size.height / 2 - (y - view.north) * view.scale]
}

export function inMetres([x, y]: Point, view: View, size: Size): Point {
  return [view.east + (x - size.width / 2) / view.scale, view.north - (y - size.height / 2) / view.scale]
}

/** What is under the pointer stays there. */
export function zoomed(view: View, by: number, at: Point, size: Size): View {
  const scale = bounded(view.scale * by)
  const [east, north] = inMetres(at, view, size)
  return { east: east - (at[0] - size.width / 2) / scale, north: north + (at[1] - size.height / 2) / scale, scale }
}

export function panned(view: View, right_px: number, down_px: number): View {
  return { ...view, east: view.east - right_px / view.scale, north: view.north + down_px / view.scale }
}

const bounded = (scale: number): number => Math.min(Math.max(scale, SCALE_MIN), SCALE_MAX)

/** A round length that is drawn about as wide as asked: 1, 2 or 5 times a power of ten. */
export function scaleBar(view: View, about_px = 110): { metres: number; px: number } {
  const wanted = about_px / view.scale
  const power = 10 ** Math.floor(Math.log10(wanted))
  const metres = [5, 2, 1].map((n) => n * power).find((one) => one <= wanted) ?? power
  return { metres, px: metres * view.scale }
}
