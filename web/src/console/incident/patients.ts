/** What a press says of a patient: that alone. What is shown besides may stand for something erased, which is no value. */
import type { Patient, SetPatient } from '../../shared/rows'

export const TRIAGES = ['green', 'yellow', 'red', 'black'] as const
export type Triage = (typeof TRIAGES)[number]

export function patientSet(
  incident_id: string,
  patient_id: string,
  change: { triage: Triage } | { destination: string } | Record<string, never>,
): SetPatient {
  return { do: 'set-patient', incident_id, patient_id, ...change }
}

/** What is no triage, to be shown as it stands: what stands for an erased one. */
export function otherTriage(patient: Patient): string {
  return TRIAGES.some((one) => one === patient.triage) ? '' : patient.triage
}

/** What is no hospital of the city's, to be shown as it stands: erased, or no longer in the tables. */
export function otherDestination(patient: Patient, hospitals: readonly { id: string }[]): string {
  const said = patient.destination ?? ''
  return hospitals.some((one) => one.id === said) ? '' : said
}
