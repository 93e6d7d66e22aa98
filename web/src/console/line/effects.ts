/** What a line that ran asks of the console: choose, look, open. The server says what; this only shows it. */
import { board } from '../../shared/board.svelte'
import { desk } from '../../shared/desk.svelte'
import { selection } from '../../shared/selection.svelte'
import { records } from '../records/records.svelte'
import { locate } from '../new-incident/places'

interface Screens {
  help: () => void
  info: (name: string) => void
  coverage: () => void
  show: (pane: 'queue' | 'units' | 'sheet' | 'map' | 'calls', selector: string) => void
}

export function follow(effects: Record<string, unknown>, screens: Screens): void {
  const text = (name: string) => (typeof effects[name] === 'string' ? (effects[name] as string) : undefined)
  const incident = text('focus_incident') ?? text('recommend')
  if (incident) selection.chooseIncident(incident)
  const sheet = text('open_unit')
  if (sheet) {
    selection.openUnit(sheet)
    screens.show('sheet', '#unit-sheet')
  }
  const unit = text('focus_unit')
  if (unit) selection.chooseUnit(unit)
  if (effects.open_form) selection.openForm()
  if (effects.help) screens.help()
  if (effects.coverage) screens.coverage()
  const info = text('info')
  if (info) screens.info(info)
  const asked = text('records')
  if (asked !== undefined) records.asked = asked
  if (effects.timers) screens.show('queue', '#clocks button')
  const find = effects.find
  if (typeof find === 'string') void look(find)
  else if (isPlace(find)) selection.lookAt({ ...find, zoom: 16 })
  if (isPlace(effects.look)) selection.lookAt({ ...effects.look, zoom: 16 })
}

function isPlace(value: unknown): value is { lat: number; lon: number } {
  return typeof value === 'object' && value !== null && 'lat' in value && 'lon' in value
}

/** A unit or an incident on the board; else a place of the city. */
async function look(subject: string): Promise<void> {
  const incident = board.incident(subject) ?? Object.values(board.incidents).find((one) => one.tag === subject)
  const row = board.places.get(subject)
  if (incident?.location.place) {
    selection.chooseIncident(incident.id)
    return selection.lookAt({ ...incident.location.place, zoom: 15.5 })
  }
  if (row) {
    selection.chooseUnit(subject)
    return selection.lookAt({ lat: row[1], lon: row[2], zoom: 15.5 })
  }
  const found = await locate(subject).catch(() => null)
  const place = found && ('location' in found ? found.location.place : found.offers[0])
  if (place) selection.lookAt({ lat: place.lat, lon: place.lon, zoom: 16 })
  else if (found && 'problem' in found) desk.tell('refused', subject, { en: found.problem.detail, zh: found.problem.detail })
}
