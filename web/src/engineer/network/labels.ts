/** Names beside their signs, without one over another: who comes first is read first. */
export interface Label {
  id: string
  text: string
  x: number
  y: number
}
export interface Placed extends Label {
  anchor: 'start' | 'end'
}

const LETTER_PX = 7.2
const HEIGHT_PX = 15
const AWAY_PX = 12
/** More cannot be read on one screen. */
const LABELS_MAX = 300

type Box = [number, number, number, number]

export function placed(labels: Label[], signs: { x: number; y: number }[]): Placed[] {
  const taken: Box[] = signs.map(({ x, y }) => [x - 8, y - 8, x + 8, y + 8])
  const found: Placed[] = []
  for (const label of labels.slice(0, LABELS_MAX)) {
    const wide = widthOf(label.text)
    const right: Box = [label.x + AWAY_PX, label.y - HEIGHT_PX / 2, label.x + AWAY_PX + wide, label.y + HEIGHT_PX / 2]
    const left: Box = [label.x - AWAY_PX - wide, right[1], label.x - AWAY_PX, right[3]]
    const box = [right, left].find((one) => !taken.some((other) => meet(one, other)))
    if (!box) continue
    taken.push(box)
    found.push({ ...label, anchor: box === right ? 'start' : 'end' })
  }
  return found
}

/** Chinese signs are twice as wide. */
function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 2 : 1) * LETTER_PX, 0)
}

const meet = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
