/** Papers that are being entered: kept in this window field by field until they are entered or taken away. */
import { clock } from '../../shared/clock.svelte'
import { city } from '../../shared/city.svelte'
import { keep, kept } from '../../shared/kept'
import type { Both } from '../../shared/link/frames'
import type { Location } from '../../shared/rows'
import { localOf } from '../roster/shifts'

const KEY = 'turnout.paper'

/** The columns of the unit log, in the order in which they happen; the first and the last always have a time. */
export const STAGES = ['dispatched', 'enroute', 'on-scene', 'transporting', 'at-destination', 'ended'] as const

export interface PaperLine {
  id: string
  unit: string
  /** Stage → wall time as it was typed. */
  times: Record<string, string>
  isEntered: boolean
}

export interface Paper {
  id: string
  number: string
  /** `2026-03-08`. */
  date: string
  time: string
  place: string
  location: Location | null
  type: string
  typeText: string
  priority: number | null
  text: string
  lines: PaperLine[]
  disposition: string
  closed: string
  /** What it is on the board, once it is there. */
  entered: { incident: string; tag: string; number: string } | null
  isClosed: boolean
  /** It was handed in and no answer came: until one comes it must stay as it is. */
  inDoubt: boolean
  troubles: Told[]
}

/** What the desk did not take: `unit` where it is about one. As the API's `PaperTrouble`. */
export interface Told {
  act: string
  unit: string
  code: string
  text: Both
}

export function emptyLine(): PaperLine {
  return { id: crypto.randomUUID(), unit: '', times: {}, isEntered: false }
}

export function emptyPaper(date: string): Paper {
  return {
    id: crypto.randomUUID(),
    number: '',
    date,
    time: '',
    place: '',
    location: null,
    type: '',
    typeText: '',
    priority: null,
    text: '',
    lines: [emptyLine()],
    disposition: '',
    closed: '',
    entered: null,
    isClosed: false,
    inDoubt: false,
    troubles: [],
  }
}

export const isBlankLine = (line: PaperLine) => !line.unit.trim() && !Object.values(line.times).some((typed) => typed.trim())

export const isBlank = (paper: Paper) =>
  !paper.entered &&
  ![paper.number, paper.time, paper.place, paper.typeText, paper.text, paper.disposition, paper.closed].some((typed) =>
    typed.trim(),
  ) &&
  paper.lines.every(isBlankLine)

/** All that is written on it is on the record. */
export const isWhole = (paper: Paper) =>
  !!paper.entered &&
  !paper.troubles.length &&
  paper.lines.every((line) => line.isEntered || isBlankLine(line)) &&
  (paper.isClosed || !paper.disposition)

class Papers {
  isOpen = $state(false)
  all = $state<Paper[]>(kept<Paper[]>('session', KEY, []))

  get today(): string {
    return localOf(clock.now, city.timeZone).slice(0, 10)
  }

  open(): void {
    if (!this.all.length) this.add()
    this.isOpen = true
  }

  /** The next paper has the date of the one before: they come off one pile. */
  add(): Paper {
    this.all.push(emptyPaper(this.all.at(-1)?.date || this.today))
    this.save()
    return this.all.at(-1) as Paper
  }

  remove(paper: Paper): void {
    this.all = this.all.filter((one) => one.id !== paper.id)
    if (!this.all.length) this.add()
    this.save()
  }

  tidy(): void {
    this.all = this.all.filter((paper) => !isWhole(paper))
    if (!this.all.length) this.add()
    this.save()
  }

  save(): void {
    const written = $state.snapshot(this.all).filter((paper) => !isBlank(paper as Paper))
    keep('session', KEY, written.length ? written : null)
  }
}

export const papers = new Papers()
