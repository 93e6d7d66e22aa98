/**
 * From what is typed to the message, and from the answer back to the lines (`POST /api/v1/paper`, edge/paper.py).
 * Whether a form can be read is looked at here; whether it is possible is the desk's business. Pure.
 */
import type { Location } from '../../shared/rows'
import type { Words } from '../../shared/words/en'
import { isBlankLine, STAGES, type Paper, type PaperLine, type Told } from './paper.svelte'
import { momentsOf, wallTimeOf } from './times'

export interface PaperUnit {
  unit: string
  times: Record<string, number>
}

export interface PaperIncident {
  paper_id: string
  paper_number: string
  taken: number
  type: string
  location: Location
  priority: number | null
  text: string
  units: PaperUnit[]
  disposition: string
  closed: number | null
}

export interface PaperEntered {
  paper_id: string
  incident: string
  tag: string
  number: string
  troubles: Told[]
}

const isTime = (typed: string | undefined) => !typed?.trim() || wallTimeOf(typed) !== null

/** What of the incident's own fields cannot be read. */
export function unreadable(paper: Paper, words: Words): string[] {
  const w = words.paper
  return [
    paper.date ? '' : w.noDate,
    paper.time.trim() ? '' : w.noTime,
    isTime(paper.time) ? '' : w.badTime(w.taken, paper.time),
    paper.place.trim() ? '' : w.noPlace,
    paper.type ? '' : w.noType,
    isTime(paper.closed) ? '' : w.badTime(w.closed, paper.closed),
  ].filter(Boolean)
}

/** What of a unit line cannot be read. */
export function unreadableLine(line: PaperLine, words: Words): string[] {
  if (line.isEntered || isBlankLine(line)) return []
  const times = STAGES.filter((stage) => !isTime(line.times[stage]))
  return [
    line.unit.trim() ? '' : words.paper.noUnit,
    ...times.map((stage) => words.paper.badTime(words.paper.stages[stage] ?? stage, line.times[stage] ?? '')),
  ].filter(Boolean)
}

function unitOf(paper: Paper, line: PaperLine, timeZone: string): PaperUnit {
  const [, ...moments] = momentsOf(paper.date, [paper.time, ...STAGES.map((stage) => line.times[stage] ?? '')], timeZone)
  const times = STAGES.flatMap((stage, index) => (moments[index] == null ? [] : [[stage, moments[index]] as const]))
  return { unit: line.unit.trim(), times: Object.fromEntries(times) }
}

/** Lines that are entered already are not sent again, unless it is in doubt whether they are. */
export function messageOf(paper: Paper, location: Location, timeZone: string): PaperIncident {
  const [taken, closed] = momentsOf(paper.date, [paper.time, paper.closed], timeZone)
  return {
    paper_id: paper.id,
    paper_number: paper.number.trim(),
    taken: taken ?? 0,
    type: paper.type,
    location,
    priority: paper.priority,
    text: paper.text,
    units: paper.lines.filter((line) => !line.isEntered && !isBlankLine(line)).map((line) => unitOf(paper, line, timeZone)),
    disposition: paper.isClosed ? '' : paper.disposition,
    closed: closed ?? null,
  }
}

/** The paper after its answer. What was entered is marked, so that it stays as it was entered. */
export function answered(paper: Paper, sent: PaperIncident, told: PaperEntered): Partial<Paper> {
  const isThere = !told.troubles.some((trouble) => trouble.act === 'open-incident')
  const refused = new Set(told.troubles.map((trouble) => trouble.unit))
  return {
    inDoubt: false,
    troubles: told.troubles,
    entered: isThere
      ? {
          incident: told.incident,
          tag: told.tag || (paper.entered?.tag ?? ''),
          number: told.number || (paper.entered?.number ?? ''),
        }
      : paper.entered,
    isClosed:
      paper.isClosed || (isThere && !!sent.disposition && !told.troubles.some((trouble) => trouble.act === 'close-incident')),
    lines: paper.lines.map((line) => {
      const unit = line.unit.trim()
      const wasSent = sent.units.some((one) => one.unit === unit)
      return { ...line, isEntered: line.isEntered || (isThere && wasSent && !refused.has(unit)) }
    }),
  }
}
