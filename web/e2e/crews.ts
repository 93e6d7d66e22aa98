/** Crews that are on duty in the quiet city, brought there by the public interface as a supervisor would. */
import { request } from '@playwright/test'

const CREWS = [
  'E01',
  'E03',
  'E07',
  'E13',
  'E35',
  'E36',
  'T01',
  'T03',
  'T13',
  'RS1',
  'RS2',
  'B01',
  'B02',
  'B03',
  'D2',
  'D3',
  '55',
  '56',
  '57',
  '61',
  '62',
  '3A01',
  '3A02',
  '3D01',
  '3D02',
]

interface Board {
  tables: { units: Record<string, { status: { stage: string } }>; incidents: Record<string, { id: string; status: string }> }
}

export async function bringCrewsOnDuty(url: string): Promise<void> {
  const supervisor = await request.newContext({ baseURL: url })
  await supervisor.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
  const board = (await (await supervisor.get('/api/v1/board')).json()) as Board
  // What an earlier spec left open is cancelled: its units are free again.
  for (const incident of Object.values(board.tables.incidents)) {
    if (incident.status === 'closed') continue
    await supervisor.post('/api/v1/commands', {
      data: { id: crypto.randomUUID(), command: { do: 'cancel-incident', incident_id: incident.id, reason: 'entered-in-error' } },
    })
  }
  for (const unit of CREWS) {
    if (board.tables.units[unit]?.status.stage !== 'off-duty') continue
    const crew = ['1', '2', '3', '4', '5'].map((number) => ({ staff: `${unit}-${number}`, name: '', skills: [] }))
    const reply = await supervisor.post('/api/v1/commands', {
      data: { id: crypto.randomUUID(), command: { do: 'log-on', unit, crew } },
    })
    if (!reply.ok()) throw new Error(`${unit} does not come on duty: ${await reply.text()}`)
  }
  await supervisor.dispose()
}

/** Somebody dials: an ordinary call, as the telephone system would hand it in. */
export async function callComesIn(url: string, place: string, type: string, text: string): Promise<void> {
  const exchange = await request.newContext({ baseURL: url })
  await exchange.post('/api/v1/session/demo', { data: { role: 'supervisor' } })
  const location = { text: place, kind: 'address' }
  const reply = await exchange.post('/api/v1/commands', {
    data: {
      id: crypto.randomUUID(),
      command: { do: 'take-call', call_id: crypto.randomUUID(), channel: 'phone', text, location, suggested_type: type },
    },
  })
  if (!reply.ok()) throw new Error(await reply.text())
  await exchange.dispose()
}
