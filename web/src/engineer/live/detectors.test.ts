import { expect, test } from 'vitest'
import { toldOf, type DetectorRow, type DetectorsLive, type GroupRow } from './detectors'

const group = (changes: Partial<GroupRow> = {}): GroupRow => ({
  group: 'K1',
  has_queue: true,
  has_street: true,
  queue: 3,
  full_s: 0,
  ...changes,
})
const detector = (changes: Partial<DetectorRow> = {}): DetectorRow => ({
  id: 'D1',
  approach: 'west',
  lane: 1,
  to_lane: 1,
  before_stop_line_m: 35,
  groups: [],
  state: 'free',
  fault: null,
  ...changes,
})
const live = (groups: GroupRow[], is_heard = true, detectors: DetectorRow[] = []): DetectorsLive => ({
  queue_assumed: 8,
  opened_after_s: 10,
  given_back_after_s: 30,
  junctions: [{ junction: 'J1', name: { en: 'J1', zh: 'J1' }, is_heard, groups, detectors }],
})

test('a queue that detectors know is said as it is, an empty one too', () => {
  expect(toldOf(live([group()]), 'J1', ['K1']).queue).toBe(3)
  expect(toldOf(live([group({ queue: 0 })]), 'J1', ['K1']).queue).toBe(0)
})

test('a queue that nobody knows is null, with why', () => {
  expect(toldOf(live([]), 'J2', ['K1'])).toMatchObject({ queue: null, why: 'none', street: 'none' })
  expect(toldOf(live([group({ queue: null })]), 'J1', ['K1'])).toMatchObject({ queue: null, why: 'doubted' })
  expect(toldOf(live([group({ queue: null, full_s: null })], false), 'J1', ['K1'])).toMatchObject({
    queue: null,
    why: 'silent',
    street: 'unknown',
  })
})

test.each([
  [0, 'flows'],
  [9.9, 'flows'],
  [10, 'stands'],
  [30, 'full'],
] as const)('a street on which somebody has stood for %f s %s', (full_s, street) => {
  expect(toldOf(live([group({ full_s })]), 'J1', ['K1']).street).toBe(street)
})

test('the queue is that of the first stop line of the way, the street that behind the last', () => {
  const rows = [group({ queue: 5 }), group({ group: 'K3', queue: 1, full_s: 40 })]
  expect(toldOf(live(rows), 'J1', ['K1', 'K3'])).toMatchObject({ queue: 5, street: 'full', full_s: 40 })
})

test('broken detectors are named, but not those of other groups', () => {
  const fault = { en: 'always occupied', zh: '持续占用' }
  const rows = [
    detector({ id: 'D1', fault }),
    detector({ id: 'X1', fault, groups: ['K1'] }),
    detector({ id: 'X2', fault, groups: ['K2'] }),
    detector({ id: 'D2' }),
  ]
  expect(toldOf(live([group()], true, rows), 'J1', ['K1']).broken.map((one) => one.id)).toEqual(['D1', 'X1'])
})
