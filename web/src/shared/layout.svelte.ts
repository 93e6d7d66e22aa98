/** Sizes of the panes, kept per role and per number of windows on this computer, and resettable (7.18). */
import { keep, kept } from './kept'

export interface PaneSizes {
  /** Share of the width of the left column, and of the sheet; the map takes the rest. */
  left: number
  sheet: number
  /** Share of the height of the upper pane in each column. */
  queue: number
  map: number
}

const ONE_WINDOW: PaneSizes = { left: 0.42, sheet: 0.28, queue: 0.5, map: 0.68 }
const TWO_WINDOWS: PaneSizes = { left: 0.5, sheet: 0.3, queue: 0.5, map: 0 }

const SMALLEST = 0.12

class Layout {
  sizes = $state<PaneSizes>({ ...ONE_WINDOW })
  mapElsewhere = $state(kept('window', 'turnout.map.elsewhere', false))
  #role = 'dispatcher'

  load(role: string): void {
    this.#role = role
    this.sizes = { ...this.#usual, ...kept<Partial<PaneSizes>>('local', this.#key, {}) }
  }

  set(name: keyof PaneSizes, share: number): void {
    const most =
      name === 'left' ? 1 - SMALLEST - this.sizes.sheet : name === 'sheet' ? 1 - SMALLEST - this.sizes.left : 1 - SMALLEST
    this.sizes[name] = Math.min(Math.max(share, SMALLEST), most)
    keep('local', this.#key, $state.snapshot(this.sizes))
  }

  reset(): void {
    keep('local', this.#key, null)
    this.sizes = { ...this.#usual }
  }

  moveMap(elsewhere: boolean): void {
    this.mapElsewhere = elsewhere
    keep('window', 'turnout.map.elsewhere', elsewhere || null)
    this.load(this.#role)
  }

  get #usual(): PaneSizes {
    return this.mapElsewhere ? TWO_WINDOWS : ONE_WINDOW
  }

  get #key(): string {
    return `turnout.layout.${this.#role}.${this.mapElsewhere ? 'two' : 'one'}`
  }
}

export const layout = new Layout()
