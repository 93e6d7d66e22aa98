/** A dispatcher's acts about the alert of a station, from the sheet and from the strip of clocks. */
import { city } from '../../shared/city.svelte'
import { desk } from '../../shared/desk.svelte'
import type { Incident, StationAlert } from '../../shared/rows'
import { t } from '../../shared/words/tongue.svelte'

/** `channel` empty: the station's first way. `voice`: the dispatcher telephones, and says what came of it. */
export function alertAgain(incident: Pick<Incident, 'id' | 'tag'>, station: string, channel: '' | 'voice'): void {
  const act = channel ? t().stations.call : t().stations.again
  void desk.act(
    { do: 'send-alert', incident_id: incident.id, station, alert_id: crypto.randomUUID(), channel },
    `${incident.tag} ${t().stations.forStation(act, city.stationName(station))}`,
  )
}

export function reportCall(incident: Incident, alert: StationAlert, outcome: 'acknowledged' | 'failed'): void {
  const act = outcome === 'acknowledged' ? t().stations.answered : t().stations.noAnswer
  void desk.act(
    { do: 'report-alert', incident_id: incident.id, station: alert.station, alert_id: alert.id, outcome },
    `${incident.tag} ${t().stations.forStation(act, city.stationName(alert.station))}`,
  )
}
