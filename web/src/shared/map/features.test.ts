import { describe, expect, it } from 'vitest'
import type { Unit } from '../rows'
import { unitFeature } from './features'
import { STALE_MS, type Drawn } from './motion'

const NOW = 1_800_000_000_000
const unit = {
  id: 'E07',
  status: { stage: 'on-incident', incident: 'I1', at: 'enroute', destination: null, code: '' },
  duress: null,
} as unknown as Unit

function drawn(age_ms: number): Drawn {
  return { unit: 'E07', lat: 37.7, lon: -122.4, heading: 90, fix_at: NOW - age_ms }
}

describe('a unit on the map', () => {
  it('is shown as last known, with the age of its fix, once the fix is old', () => {
    const old = unitFeature(unit, drawn(STALE_MS + 60_000), NOW, null).properties
    expect(old?.icon).toMatch(/\|stale$/)
    expect(old?.label).toMatch(/^E07 · \d/)
  })

  it('is shown plainly while its fix is fresh', () => {
    const fresh = unitFeature(unit, drawn(1_000), NOW, 'E07').properties
    expect(fresh?.icon).not.toContain('stale')
    expect([fresh?.label, fresh?.turn, fresh?.chosen]).toEqual(['E07', 90, true])
  })

  it('stands out while its crew is in danger', () => {
    expect(unitFeature({ ...unit, duress: NOW } as Unit, drawn(1_000), NOW, null).properties?.duress).toBe(true)
  })
})
