/** The unit board's groups and order. Pure. */
import type { Unit } from '../../shared/rows'
import { compareNames, isFree, signOf, signOrder, stageOf } from '../../shared/stages'

export type GroupBy = 'station' | 'agency' | 'status'

export interface UnitGroup {
  id: string
  units: Unit[]
  free: number
}

export function groupUnits(units: readonly Unit[], by: GroupBy): UnitGroup[] {
  const found = new Map<string, Unit[]>()
  for (const unit of units) {
    const id = by === 'station' ? unit.station : by === 'agency' ? unit.agency : stageOf(unit)
    const list = found.get(id)
    if (list) list.push(unit)
    else found.set(id, [unit])
  }
  const groups = [...found].map(([id, members]) => ({
    id,
    units: members.sort(by === 'status' ? longestFirst : inBoardOrder),
    free: members.filter(isFree).length,
  }))
  return by === 'status'
    ? groups.sort((a, b) => signOrder(signOf(a.units[0] as Unit)) - signOrder(signOf(b.units[0] as Unit)))
    : groups.sort((a, b) => compareNames(a.id, b.id))
}

function inBoardOrder(a: Unit, b: Unit): number {
  return compareNames(a.id, b.id)
}

function longestFirst(a: Unit, b: Unit): number {
  return a.since - b.since || compareNames(a.id, b.id)
}

export function matchesFind(unit: Unit, find: string, kindName: string, stationName: string): boolean {
  const wanted = find.trim().toLowerCase()
  if (!wanted) return true
  return [unit.id, kindName, stationName, unit.station, unit.vehicle].some((text) => text.toLowerCase().includes(wanted))
}
