import { expect, test } from 'vitest'
import { otherDestination, otherTriage, patientSet } from './patients'

const ERASED = '[erased 已销毁]'
const patient = { id: '1', triage: ERASED, destination: ERASED, unit: ERASED, card: null }

test('a press says what it changes and nothing that is shown besides', () => {
  expect(patientSet('I1', '1', { triage: 'red' })).toEqual({
    do: 'set-patient',
    incident_id: 'I1',
    patient_id: '1',
    triage: 'red',
  })
  expect(Object.keys(patientSet('I1', '1', { destination: 'H1' }))).not.toContain('triage')
  expect(patientSet('I1', '2', {})).toEqual({ do: 'set-patient', incident_id: 'I1', patient_id: '2' })
})

test('an erased patient does not look as if nobody had looked at them', () => {
  expect(otherTriage(patient)).toBe(ERASED)
  expect(otherDestination(patient, [{ id: 'H1' }])).toBe(ERASED)
  expect(otherTriage({ ...patient, triage: 'red' })).toBe('')
  expect(otherTriage({ ...patient, triage: '' })).toBe('')
  expect(otherDestination({ ...patient, destination: 'H1' }, [{ id: 'H1' }])).toBe('')
  expect(otherDestination({ ...patient, destination: null }, [])).toBe('')
})
