/** A unit's status in words: the agency's own where it has one, with what it carries. */
import { city } from '../../shared/city.svelte'
import type { Unit } from '../../shared/rows'
import { t } from '../../shared/words/tongue.svelte'

const CREW_ON = 'crew-on:'

export function stageWords(unit: Unit): string {
  const { status } = unit
  switch (status.stage) {
    case 'on-incident': {
      const word = status.code ? city.statusCodeName(status.code) : (t().stage[status.at] ?? status.at)
      return status.destination ? `${word} ${city.hospitalName(status.destination)}` : word
    }
    case 'available':
      if (status.moving_to) return t().movingTo(city.stationName(status.moving_to))
      if (status.code) return city.statusCodeName(status.code)
      return status.in_quarters ? t().inQuarters : t().onRadio
    case 'out-of-service':
      if (status.reason.startsWith(CREW_ON)) return t().crewOn(status.reason.slice(CREW_ON.length))
      return `${t().stage['out-of-service']}: ${city.reasonName(status.reason)}`
    default:
      return t().stage['off-duty'] ?? ''
  }
}
