/** Position, groups and language of a session, as they were chosen at the door of this browser. */
import { api } from '../../shared/api'
import { preferences } from '../../shared/preferences.svelte'
import type { Session } from '../../shared/session.svelte'

/** As the server has it then. One that lacks its second factor may not choose yet, and stays as it is. */
export async function settled(session: Session, position: string, groups: string[]): Promise<Session> {
  const seat = position || session.position
  if (session.lacks_factor || (seat === session.position && !groups.length)) return session
  return api.post<Session>('/session/position', { position: seat, groups, language: preferences.language })
}
