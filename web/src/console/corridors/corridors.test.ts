import { beforeEach, describe, expect, it, vi } from 'vitest'
import { byKey } from './corridors'

const at = vi.hoisted(() => ({
  acts: [] as { do: string }[],
  board: { corridors: {} as Record<string, unknown>, unit: (id: string) => at.units[id] },
  units: {} as Record<string, unknown>,
  selection: { unit: null as string | null, incident: null as string | null },
}))
vi.mock('../../shared/board.svelte', () => ({ board: at.board }))
vi.mock('../../shared/selection.svelte', () => ({ selection: at.selection }))
vi.mock('../../shared/desk.svelte', () => ({ desk: { act: (command: { do: string }) => at.acts.push(command) } }))
vi.mock('../../shared/words/tongue.svelte', () => ({ t: () => ({ corridor: { of: String, cancel: '' } }) }))

const unit = (stage: string) => ({ status: { stage: 'on-incident', at: stage } })

describe('the key of corridors', () => {
  beforeEach(() => {
    at.acts.length = 0
    at.board.corridors = { K1: { id: 'K1', unit: 'E01', incident: 'I1', cancelled: null } }
    at.units = { E01: unit('enroute'), E02: unit('on-scene'), E03: unit('enroute') }
  })
  const pressed = (unit: string | null, incident: string | null) => {
    Object.assign(at.selection, { unit, incident })
    byKey()
    return at.acts
  }

  it('cancels that of the chosen unit, or starts one', () => {
    expect(pressed('E01', null)).toMatchObject([{ do: 'cancel-corridor', corridor_id: 'K1' }])
    expect(pressed('E03', null).slice(1)).toMatchObject([{ do: 'open-corridor', unit: 'E03' }])
  })
  it('cancels that of the chosen incident when no unit is chosen', () =>
    expect(pressed(null, 'I1')).toMatchObject([{ do: 'cancel-corridor', corridor_id: 'K1' }]))
  it('touches none that nobody has chosen', () => {
    expect(pressed('E02', 'I1')).toEqual([])
    expect(pressed(null, 'I2')).toEqual([])
    expect(pressed(null, null)).toEqual([])
  })
})
