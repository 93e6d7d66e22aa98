/** One record as people read it, from the journal. */
export interface HistoryLine {
  seq: number
  at: number
  by: string
  position: string
  code: string
  incidents: string[]
  units: string[]
  text: { en: string; zh: string }
}
