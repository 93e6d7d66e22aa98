/** What both views of one unit derive from it: its incident, what may be reported of it, where it stands. */
import { board } from '../../shared/board.svelte'
import { city } from '../../shared/city.svelte'
import { clock } from '../../shared/clock.svelte'
import type { Unit } from '../../shared/rows'
import { selection } from '../../shared/selection.svelte'
import { incidentOf } from '../../shared/stages'

/** Call it while a component is made; what it gives follows `unit` and the board. */
export function ofUnit(unit: () => Unit) {
  const incident = $derived(board.incident(incidentOf(unit())))
  const target = $derived(board.incident(selection.incident))
  const statuses = $derived(
    (city.tables?.statuses ?? []).filter(
      (status) =>
        (!status.agency || status.agency === unit().agency) &&
        (incident ? true : status.stage === 'available') &&
        status.stage !== 'off-duty' &&
        status.stage !== 'out-of-service',
    ),
  )
  const outReasons = $derived(Object.values(city.tables?.reasons ?? {}).filter((reason) => reason.kind === 'out-of-service'))
  const stations = $derived(Object.values(city.tables?.stations ?? {}).filter((one) => one.agency === unit().agency))
  const fixAge = $derived.by(() => {
    void board.placesVersion
    const row = board.places.get(unit().id)
    return row ? clock.now - row[5] : null
  })
  return {
    get incident() {
      return incident
    },
    /** The incident that is chosen on this screen: where the unit could be sent. */
    get target() {
      return target
    },
    get statuses() {
      return statuses
    },
    get outReasons() {
      return outReasons
    },
    get stations() {
      return stations
    },
    /** Milliseconds since the last fix; null: none is known. */
    get fixAge() {
      return fixAge
    },
    /** Show it on the map. */
    look(): void {
      const row = board.places.get(unit().id)
      if (row) selection.lookAt({ lat: row[1], lon: row[2], zoom: 15 })
    },
  }
}
