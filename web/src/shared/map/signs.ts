/** The signs on the map, drawn on a canvas when the map first asks for one: the same shapes as in the tables. */
import type { Sign } from '../stages'

const RATIO = 2

export interface Colours {
  [name: string]: string
}

/** Colours of the theme that is on, from the style sheet: one truth for tables and map. */
export function themeColours(): Colours {
  const style = getComputedStyle(document.documentElement)
  const names = [
    'pane',
    'text',
    'line-strong',
    'urgent-fill',
    'warn-fill',
    'accent',
    'good',
    'unit-free',
    'unit-alerted',
    'unit-moving',
    'unit-scene',
    'unit-transport',
    'unit-off',
    'dim',
    'ground',
  ]
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
}

const SIGN_COLOUR: Record<Sign, string> = {
  free: 'unit-free',
  out: 'unit-free',
  alerted: 'unit-alerted',
  moving: 'unit-moving',
  staged: 'unit-scene',
  scene: 'unit-scene',
  clearing: 'unit-scene',
  transport: 'unit-transport',
  hospital: 'unit-transport',
  stopped: 'unit-off',
  off: 'unit-off',
}

type Draw = (brush: CanvasRenderingContext2D, size: number, colours: Colours) => void

/** An image for a name like `unit-moving`, `unit-scene-stale`, `incident-2`, `station`; null for a name that is not ours. */
export function drawSign(name: string, colours: Colours): { image: ImageData; ratio: number } | null {
  const [size, draw] = describe(name)
  if (!draw) return null
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * RATIO
  const brush = canvas.getContext('2d')
  if (!brush) return null
  brush.scale(RATIO, RATIO)
  brush.lineJoin = 'round'
  brush.lineCap = 'round'
  draw(brush, size, colours)
  return { image: brush.getImageData(0, 0, canvas.width, canvas.height), ratio: RATIO }
}

function describe(name: string): [number, Draw | null] {
  const [kind, what = '', stale] = name.split('|')
  switch (kind) {
    case 'unit':
      return [22, unitSign(what as Sign, stale === 'stale')]
    case 'incident':
      return [30, incidentSign(Number(what))]
    case 'station':
      return [18, stationSign]
    case 'hospital':
      return [18, hospitalSign]
    case 'hydrant':
      return [10, hydrantSign(what === 'out')]
    case 'closure':
      return [18, closureSign]
    case 'signal':
      return [20, signalSign(what)]
    default:
      return [0, null]
  }
}

function path(brush: CanvasRenderingContext2D, points: [number, number][]): void {
  brush.beginPath()
  points.forEach(([x, y], index) => (index ? brush.lineTo(x, y) : brush.moveTo(x, y)))
  brush.closePath()
}

/** Filled where the fix is fresh, hollow where it is stale; a dark or light rim keeps it readable on any ground. */
function unitSign(sign: Sign, isStale: boolean): Draw {
  return (brush, size, colours) => {
    const colour = colours[SIGN_COLOUR[sign] ?? 'unit-off'] as string
    const c = size / 2
    const hollow = isStale || sign === 'staged' || sign === 'hospital' || sign === 'out'
    brush.beginPath()
    switch (sign) {
      case 'moving':
        path(brush, [
          [c, 2],
          [size - 4, size - 3.5],
          [c, size - 7.5],
          [4, size - 3.5],
        ])
        break
      case 'alerted':
        path(brush, [
          [c, 3],
          [size - 3.5, size - 4],
          [3.5, size - 4],
        ])
        break
      case 'scene':
      case 'staged':
      case 'clearing':
        path(brush, [
          [5, 5],
          [size - 5, 5],
          [size - 5, size - 5],
          [5, size - 5],
        ])
        break
      case 'transport':
      case 'hospital':
        path(brush, [
          [c, 2.5],
          [size - 2.5, c],
          [c, size - 2.5],
          [2.5, c],
        ])
        break
      case 'stopped':
        return cross(brush, size, colour, colours.pane as string)
      default:
        brush.arc(c, c, c - 5, 0, Math.PI * 2)
    }
    brush.strokeStyle = colours.pane as string
    brush.lineWidth = 5
    brush.stroke()
    brush.fillStyle = hollow ? (colours.pane as string) : colour
    brush.fill()
    brush.strokeStyle = hollow ? colour : (colours.pane as string)
    brush.lineWidth = hollow ? 2 : 1
    if (isStale) brush.setLineDash([2.5, 2.2])
    brush.stroke()
    brush.setLineDash([])
    if (sign === 'out' && !isStale) dot(brush, c, c, 2, colour)
    if (sign === 'clearing' && !isStale) {
      path(brush, [
        [5, 5],
        [size - 5, 5],
        [5, size - 5],
      ])
      brush.fillStyle = colours.pane as string
      brush.fill()
    }
  }
}

function cross(brush: CanvasRenderingContext2D, size: number, colour: string, rim: string): void {
  for (const [width, stroke] of [
    [5, rim],
    [2.4, colour],
  ] as [number, string][]) {
    brush.strokeStyle = stroke
    brush.lineWidth = width
    brush.beginPath()
    brush.moveTo(6, 6)
    brush.lineTo(size - 6, size - 6)
    brush.moveTo(size - 6, 6)
    brush.lineTo(6, size - 6)
    brush.stroke()
  }
}

function dot(brush: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string): void {
  brush.beginPath()
  brush.arc(x, y, radius, 0, Math.PI * 2)
  brush.fillStyle = colour
  brush.fill()
}

function incidentSign(priority: number): Draw {
  return (brush, size, colours) => {
    const c = size / 2
    const far = size - 3
    brush.beginPath()
    if (priority <= 1)
      path(brush, [
        [9.5, 3],
        [size - 9.5, 3],
        [far, 9.5],
        [far, size - 9.5],
        [size - 9.5, far],
        [9.5, far],
        [3, size - 9.5],
        [3, 9.5],
      ])
    else if (priority === 2)
      path(brush, [
        [c, 2],
        [size - 2, c],
        [c, size - 2],
        [2, c],
      ])
    else if (priority === 3)
      path(brush, [
        [5, 5],
        [size - 5, 5],
        [size - 5, size - 5],
        [5, size - 5],
      ])
    else brush.arc(c, c, c - 5, 0, Math.PI * 2)
    const fill = priority <= 1 ? colours['urgent-fill'] : priority === 2 ? colours['warn-fill'] : colours.pane
    brush.lineWidth = 4
    brush.strokeStyle = colours.pane as string
    brush.stroke()
    brush.fillStyle = fill as string
    brush.fill()
    brush.lineWidth = 1.6
    brush.strokeStyle = priority <= 2 ? '#fff' : (colours.text as string)
    brush.stroke()
    brush.fillStyle = priority <= 1 ? '#fff' : priority === 2 ? '#201500' : (colours.text as string)
    brush.font = '700 14px "Inter Variable", sans-serif'
    brush.textAlign = 'center'
    brush.textBaseline = 'middle'
    brush.fillText(String(priority), c, c + 0.8)
  }
}

const stationSign: Draw = (brush, size, colours) => {
  path(brush, [
    [size / 2, 2],
    [size - 2, 8],
    [size - 2, size - 2],
    [2, size - 2],
    [2, 8],
  ])
  brush.fillStyle = colours.pane as string
  brush.fill()
  brush.strokeStyle = colours.dim as string
  brush.lineWidth = 1.6
  brush.stroke()
  brush.fillStyle = colours.dim as string
  brush.fillRect(size / 2 - 2.5, size - 8, 5, 6)
}

const hospitalSign: Draw = (brush, size, colours) => {
  brush.fillStyle = colours.pane as string
  brush.strokeStyle = colours.dim as string
  brush.lineWidth = 1.6
  brush.beginPath()
  brush.rect(2, 2, size - 4, size - 4)
  brush.fill()
  brush.stroke()
  brush.fillStyle = colours.dim as string
  brush.fillRect(size / 2 - 1.3, 5, 2.6, size - 10)
  brush.fillRect(5, size / 2 - 1.3, size - 10, 2.6)
}

function hydrantSign(isOut: boolean): Draw {
  return (brush, size, colours) => {
    const colour = colours['unit-moving'] as string
    if (isOut) return cross(brush, size + 6, colours['unit-off'] as string, colours.pane as string)
    dot(brush, size / 2, size / 2, 3.4, colours.pane as string)
    dot(brush, size / 2, size / 2, 2.3, colour)
  }
}

/** A signal of a corridor: a round for green, half a round for asked, a cross for refused, bars for waiting. */
function signalSign(state: string): Draw {
  return (brush, size, colours) => {
    const c = size / 2
    const colour = (
      state === 'granted'
        ? colours.good
        : state === 'asked' || state === 'waiting'
          ? colours['warn-fill']
          : colours['urgent-fill']
    ) as string
    dot(brush, c, c, c - 1, colours.text as string)
    dot(brush, c, c, c - 2.2, colours.pane as string)
    if (state === 'granted') return dot(brush, c, c, c - 4, colour)
    if (state === 'refused') return cross(brush, size, colour, colours.pane as string)
    brush.fillStyle = colour
    if (state === 'waiting') {
      brush.fillRect(c - 4, 5.5, 3, size - 11)
      brush.fillRect(c + 1, 5.5, 3, size - 11)
    } else if (state === 'asked') {
      brush.beginPath()
      brush.arc(c, c, c - 4, -Math.PI / 2, Math.PI / 2)
      brush.fill()
    } else {
      brush.font = '700 12px "Inter Variable", sans-serif'
      brush.textAlign = 'center'
      brush.textBaseline = 'middle'
      brush.fillText('?', c, c + 0.8)
    }
  }
}

const closureSign: Draw = (brush, size, colours) => {
  dot(brush, size / 2, size / 2, size / 2 - 1, colours.pane as string)
  dot(brush, size / 2, size / 2, size / 2 - 2.4, colours['urgent-fill'] as string)
  brush.fillStyle = '#fff'
  brush.fillRect(4.5, size / 2 - 1.5, size - 9, 3)
}
