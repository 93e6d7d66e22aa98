/** A drawing of the screen as a file: an SVG that stands by itself, on white, in the colours of `signals/diagram.py`. */
const PAPER = `
  svg { background: #fff; font-family: system-ui, 'Noto Sans CJK SC', sans-serif; }
  text { fill: #111; font-size: 12px; } .small { font-size: 11px; fill: #444; }
  .red { fill: #a61c1c; } .green { fill: #8ccb93; } .tick { stroke: #eee; } .tick.named { stroke: #bbb; } .cycle { stroke: #555; stroke-dasharray: 4 3; }
  .band { fill-opacity: .3; stroke-width: .7; } .band.out { fill: #1f5fa8; stroke: #1f5fa8; } .band.back { fill: #b35900; stroke: #b35900; }
  .speed.out { fill: #1f5fa8; } .speed.back { fill: #b35900; } .hover, .handle { display: none; }
`
const NAMESPACE = 'http://www.w3.org/2000/svg'

/** `heading`: a line above the drawing. Built as a tree, so that no name can become markup. */
export function onPaper(drawn: SVGSVGElement, heading: string): string {
  const copy = drawn.cloneNode(true) as SVGSVGElement
  const { width, height } = drawn.viewBox.baseVal
  const room = 34
  copy.setAttribute('xmlns', NAMESPACE)
  copy.setAttribute('viewBox', `0 ${-room} ${width} ${height + room}`)
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height + room))
  for (const each of [copy, ...copy.querySelectorAll('*')]) {
    for (const name of ['tabindex', 'role', 'aria-valuenow', 'aria-valuemin', 'aria-valuemax', 'aria-valuetext'])
      each.removeAttribute(name)
  }
  const style = document.createElementNS(NAMESPACE, 'style')
  style.textContent = PAPER
  const title = document.createElementNS(NAMESPACE, 'text')
  title.textContent = heading
  title.setAttribute('x', '14')
  title.setAttribute('y', '-12')
  title.setAttribute('font-weight', '700')
  copy.prepend(style, title)
  return `<?xml version="1.0" encoding="utf-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`
}

export function saved(text: string, name: string, kind = 'image/svg+xml'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
