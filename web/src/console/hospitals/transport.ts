/** Which units are asked where to: those that transport, from the scene on. */
import { city } from '../../shared/city.svelte'
import type { Unit } from '../../shared/rows'

const WITH_PATIENT = ['on-scene', 'at-patient', 'transporting']

export function mayTransport(unit: Unit): boolean {
  return (
    unit.status.stage === 'on-incident' &&
    WITH_PATIENT.includes(unit.status.at) &&
    (city.tables?.unit_kinds[unit.kind]?.transports ?? false)
  )
}
