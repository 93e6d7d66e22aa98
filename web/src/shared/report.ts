/** What an incident comes to, as the server works it out (`GET /incidents/{id}/report`). */
export interface PrimaryChosen {
  unit: string
  by: string
  at: number
  reason: string
}

export interface AgencyReport {
  agency: string
  number: string
  disposition: string
  primary: string | null
  secondary: string[]
  chosen: PrimaryChosen | null
  working: boolean
}

export interface Leg {
  leg: 'turnout' | 'travel' | 'on-scene' | 'transport' | 'hospital'
  start: number
  end: number | null
  km: number | null
}

export interface UnitReport {
  unit: string
  agency: string | null
  kind: string
  role: string
  place: number
  sent_by: string
  times: Record<string, number>
  legs: Leg[]
  odometer_km: Record<string, number>
  destination: string | null
  ended_as: string
  disposition: string
}

export interface LateReason {
  unit: string
  interval: 'acknowledge' | 'turnout' | 'travel' | 'on-scene'
  due: number
  reached: number | null
  reason: string
}

export interface IncidentReport {
  incident: string
  agencies: AgencyReport[]
  units: UnitReport[]
  late: LateReason[]
  first_sent: number | null
  processing_ms: number | null
  closing_says: { en: string; zh: string } | null
}
