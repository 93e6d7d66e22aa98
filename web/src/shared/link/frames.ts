/** The frames of the socket, protocol 1. What the server means by each stands in the API's documentation. */
import type { Board, Rows } from '../rows'

export const PROTOCOL = 1

export type Tables = Pick<
  Board,
  | 'calls'
  | 'incidents'
  | 'units'
  | 'timers'
  | 'premises'
  | 'closures'
  | 'special_zones'
  | 'hospitals'
  | 'hydrants'
  | 'positions'
  | 'supplements'
  | 'shifts'
  | 'forced_places'
  | 'reviews'
  | 'glass'
  | 'holds'
  | 'erasures'
  | 'signal_permits'
  | 'corridors'
  | 'district_plans'
>
export type TableName = keyof Tables
/** What is true of the board as a whole. Another `catalogue`: the city's tables have changed. */
export interface BoardRow {
  exercise: boolean
  catalogue: string
  uncovered: string[]
  ground: string
}

export type WireTables = Partial<Tables> & { board?: { board?: BoardRow } }

/** A frame as it came: what is true of the board as a whole stands beside the tables, and goes among them as a row. */
export function asRow(frame: FromServer & Partial<BoardRow>): FromServer {
  if ((frame.type !== 'snapshot' && frame.type !== 'changes') || frame.catalogue === undefined) return frame
  const { exercise = false, catalogue, uncovered = [], ground = '' } = frame
  const board = { board: { exercise, catalogue, uncovered, ground } }
  if (frame.type === 'snapshot') return { ...frame, tables: { ...frame.tables, board } }
  return { ...frame, put: { ...frame.put, board } }
}

export const TABLES: readonly TableName[] = [
  'calls',
  'incidents',
  'units',
  'timers',
  'premises',
  'closures',
  'special_zones',
  'hospitals',
  'hydrants',
  'positions',
  'supplements',
  'shifts',
  'forced_places',
  'reviews',
  'glass',
  'holds',
  'erasures',
  'signal_permits',
  'corridors',
  'district_plans',
]

export type Command = Rows['command']
export interface Both {
  en: string
  zh: string
}
export interface Actor {
  id: string
  roles: string[]
  agencies?: string[]
  unit?: string
}

/** `[unit, lat, lon, heading, speed_mps, fix_at_ms]` */
export type PlaceRow = [string, number, number, number | null, number | null, number]

export interface Refusal {
  code: string
  [field: string]: unknown
}

export interface Answer {
  ok: boolean
  seq_to?: number
  repeated?: boolean
  outcome?: Record<string, unknown>
  refusal?: Refusal
  text?: Both
  /** A person may do it anyway: the same command with a reason in `override`. */
  override?: boolean
}

export interface Completion {
  text: string
  label: Both
  detail?: string | Both | null
}

export interface LineAnswer {
  understood: boolean
  explain: Both
  command: ({ do: string } & Record<string, unknown>) | null
  completions: Completion[]
  error: { code: string; text: Both; at: number; start?: number; end?: number } | null
  ran: boolean
  answer: Answer | null
  effects: Record<string, unknown>
}

export type FromServer =
  | { type: 'welcome'; protocol: number; oldest_protocol: number; version: string; now: number; actor: Actor; city: string }
  | { type: 'too-old'; oldest_protocol: number }
  | { type: 'snapshot'; seq: number; mark?: string; tables: WireTables }
  | { type: 'changes'; seq: number; mark?: string; put: WireTables; drop: Partial<Record<TableName, string[]>> }
  | { type: 'places'; now: number; units: PlaceRow[] }
  | ({ type: 'answer'; id: string } & Answer)
  | ({ type: 'line-answer'; id: string } & LineAnswer)
  | { type: 'pong'; at: number; now: number }
  | { type: 'cut'; reason: string }

export interface LineFocus {
  incident?: string
  unit?: string
}

export type ToServer =
  | {
      type: 'hello'
      protocol: number
      resume_after: number | null
      /** What came with that sequence: tells whether it was the journal's row of today. */
      mark: string
      language: string
      board: boolean
      places: boolean
      line: boolean
    }
  | { type: 'command'; id: string; command: Command; purpose: string }
  | { type: 'line'; id: string; text: string; cursor: number; focus: LineFocus; run: boolean }
  | { type: 'ping'; at: number }

/** How the stream is: shown in every status bar. */
export interface LinkState {
  stage: 'off' | 'connecting' | 'open' | 'too-old' | 'signed-off'
  /** Since when there is no connection, in this computer's own time; null while there is one. */
  cut_since: number | null
  seq: number
  /** Round trip of the last ping. */
  lag_ms: number | null
  server_now: number | null
  version: string
}
