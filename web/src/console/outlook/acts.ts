/** The two acts that the outlook offers, each one press: a person decides, the server judges. */
import { city } from '../../shared/city.svelte'
import { desk } from '../../shared/desk.svelte'
import { travel } from '../../shared/format'
import { outlook, perCent, type Move, type Swap } from '../../shared/outlook.svelte'
import { t } from '../../shared/words/tongue.svelte'

/** Fill in at the station; why is kept with it, in figures that need no language. */
export async function moveUp(move: Move): Promise<void> {
  const reason = `${move.standard} ${perCent(move.before)} → ${perCent(move.after)}`
  const says = t().outlook.moveUp(move.unit, city.stationName(move.station))
  const answer = await desk.act({ do: 'move-up', unit: move.unit, station: move.station, reason }, says)
  if (answer) void outlook.ask()
}

/** The sooner unit is sent and the other freed, unless it has arrived meanwhile. */
export async function doSwap(swap: Swap): Promise<void> {
  const answer = await desk.act(
    {
      do: 'relieve-unit',
      unit: swap.unit,
      by: swap.by,
      incident_id: swap.incident_id,
      before_scene: true,
      offer: swap.offer,
      reason: t().outlook.swapReason(swap.by, travel(swap.gain_s)),
    },
    t().outlook.swap(swap.by, swap.unit),
  )
  if (answer) void outlook.ask()
}
