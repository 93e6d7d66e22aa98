/** What a line that ran asks of the console: choose, look, open. The server says what; this only shows it. */
import { board } from '../../shared/board.svelte'
import { selection } from '../../shared/selection.svelte'

interface Screens {
  help: () => void
  info: (name: string) => void
  show: (pane: 'queue' | 'units' | 'sheet' | 'map' | 'calls', selector: string) => void
}

export function follow(effects: Record<string, unknown>, screens: Screens): void {
  const text = (name: string) => (typeof effects[name] === 'string' ? (effects[name] as string) : undefined)
  const incident = text('focus_incident') ?? text('recommend')
  if (incident) selection.chooseIncident(incident)
  const unit = text('focus_unit')
  if (unit) selection.chooseUnit(unit)
  if (effects.open_form) selection.openForm()
  if (effects.help) screens.help()
  const info = text('info')
  if (info) screens.info(info)
  if (effects.timers) screens.show('queue', '#clocks button')
  const find = effects.find
  if (typeof find === 'string') look(find)
  else if (isPlace(find)) selection.lookAt({ ...find, zoom: 16 })
  if (isPlace(effects.look)) selection.lookAt({ ...effects.look, zoom: 16 })
}

function isPlace(value: unknown): value is { lat: number; lon: number } {
  return typeof value === 'object' && value !== null && 'lat' in value && 'lon' in value
}

/** A unit, an incident, or nothing that is on the board. */
function look(subject: string): void {
  const incident = board.incident(subject) ?? Object.values(board.incidents).find((one) => one.tag === subject)
  const row = board.places.get(subject)
  if (incident?.location.place) {
    selection.chooseIncident(incident.id)
    selection.lookAt({ ...incident.location.place, zoom: 15.5 })
  } else if (row) {
    selection.chooseUnit(subject)
    selection.lookAt({ lat: row[1], lon: row[2], zoom: 15.5 })
  }
}
