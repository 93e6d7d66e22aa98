/** Green corridors: which a unit has, and the two acts on it. */
import { board } from '../../shared/board.svelte'
import { desk } from '../../shared/desk.svelte'
import type { Corridor, CorridorJunction, Unit } from '../../shared/rows'
import { selection } from '../../shared/selection.svelte'
import { t } from '../../shared/words/tongue.svelte'

/** Stages in which a unit drives to somewhere. */
const UNDER_WAY = ['dispatched', 'acknowledged', 'enroute', 'transporting']

/** A sign for each state, so that colour is never alone. */
export const SIGNS: Record<CorridorJunction['state'], string> = {
  asked: '◔',
  granted: '●',
  refused: '✕',
  waiting: '‖',
  released: '○',
  lost: '?',
}

export function isUnderWay(unit: Unit | undefined): boolean {
  return unit?.status.stage === 'on-incident' && UNDER_WAY.includes(unit.status.at)
}

export function corridorOf(unit: string): Corridor | undefined {
  const its = Object.values(board.corridors).filter((one) => one.unit === unit)
  return its.find((one) => one.cancelled === null) ?? its[0]
}

export const open = (unit: string) =>
  desk.act({ do: 'open-corridor', corridor_id: crypto.randomUUID(), unit }, t().corridor.of(unit))

export const cancel = (corridor: Corridor) =>
  desk.act({ do: 'cancel-corridor', corridor_id: corridor.id }, `${t().corridor.cancel} ${corridor.unit}`)

/**
 * One key: cancels the corridor of the chosen unit, or starts one; with no unit chosen, cancels that of the chosen
 * incident. Never one that nobody has chosen: it may be somebody else's.
 */
export function byKey(): void {
  const running = Object.values(board.corridors).filter((one) => one.cancelled === null)
  const chosen = selection.unit
  const mine = running.find((one) => one.unit === chosen)
  if (mine) return void cancel(mine)
  if (chosen && isUnderWay(board.unit(chosen))) return void open(chosen)
  if (chosen) return
  const here = running.filter((one) => one.incident === selection.incident)
  const [one] = here
  if (one && here.length === 1) void cancel(one)
}
