/** What is chosen, in every window of this browser at once: choosing on the map chooses in the tables, and back. */
import { keep, kept } from './kept'

export type Chosen = { kind: 'incident' | 'unit'; id: string }
type Message =
  | { incident: string | null; unit: string | null }
  | { look: { lat: number; lon: number; zoom?: number } }
  | { placeForForm: { lat: number; lon: number } }
  | { openForm: true }

class Selection {
  incident = $state<string | null>(kept('session', 'turnout.selection.incident', null))
  unit = $state<string | null>(null)
  /** Which sheet stands in the middle: the chosen incident's or the chosen unit's. */
  sheet = $state<'incident' | 'unit'>('incident')
  /** Where the maps should look now; each new object is a new wish. */
  look = $state.raw<{ lat: number; lon: number; zoom?: number } | null>(null)
  /** A click on a map while the new-incident form is open. */
  placeForForm = $state.raw<{ lat: number; lon: number } | null>(null)
  formIsOpen = $state(kept('session', 'turnout.form.open', false))
  #channel: BroadcastChannel | null = null

  listen(): void {
    this.#channel = new BroadcastChannel('turnout.selection')
    this.#channel.onmessage = (event: MessageEvent<Message>) => this.#follow(event.data)
  }

  chooseIncident(id: string | null): void {
    this.incident = id
    if (id) this.unit = null
    this.sheet = 'incident'
    keep('session', 'turnout.selection.incident', id)
    this.#tell({ incident: this.incident, unit: this.unit })
  }

  chooseUnit(id: string | null): void {
    this.unit = id
    if (!id) this.sheet = 'incident'
    this.#tell({ incident: this.incident, unit: this.unit })
  }

  /** Choose a unit and open its sheet; the chosen incident stays chosen behind it. */
  openUnit(id: string): void {
    this.chooseUnit(id)
    this.sheet = 'unit'
  }

  closeUnit(): void {
    this.sheet = 'incident'
  }

  lookAt(place: { lat: number; lon: number; zoom?: number }): void {
    this.look = { ...place }
    this.#tell({ look: place })
  }

  /** A place was pointed at on a map, for a new incident. */
  pointAt(place: { lat: number; lon: number }): void {
    this.openForm()
    this.placeForForm = { ...place }
    this.#tell({ placeForForm: place })
  }

  openForm(): void {
    this.formIsOpen = true
    keep('session', 'turnout.form.open', true)
  }

  closeForm(): void {
    this.formIsOpen = false
    keep('session', 'turnout.form.open', null)
  }

  #tell(message: Message): void {
    this.#channel?.postMessage(message)
  }

  #follow(message: Message): void {
    if ('incident' in message) {
      this.incident = message.incident
      this.unit = message.unit
    }
    if ('look' in message) this.look = message.look
    if ('placeForForm' in message && !location.pathname.startsWith('/map')) {
      this.openForm()
      this.placeForForm = message.placeForForm
    }
  }
}

export const selection = new Selection()
