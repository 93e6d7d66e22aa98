/** Files of an incident: sending one with its progress, and opening one for a purpose. */
import { apart, api, at, Problem, query } from '../../shared/api'
import { preferences } from '../../shared/preferences.svelte'
import type { Media } from '../../shared/rows'

export interface FileTicket {
  ticket: string
  mime: string
  size_bytes: number
}

export const KINDS = ['call-audio', 'radio-audio', 'photo', 'video', 'document', 'plan'] as const
export type Kind = (typeof KINDS)[number]

/** What a file most likely is, by the type that the browser gives it. */
export function kindOf(mime: string): Kind {
  if (mime.startsWith('audio/')) return 'call-audio'
  if (mime.startsWith('image/')) return 'photo'
  return mime.startsWith('video/') ? 'video' : 'document'
}

export const ACCEPTED =
  'image/jpeg,image/png,image/webp,audio/wav,audio/mpeg,audio/ogg,audio/mp4,audio/webm,video/mp4,video/webm,application/pdf,text/plain'

export interface About {
  id: string
  kind: Kind
  at: number | null
  until: number | null
  note: string
}

/** Sends the file as it is; `fetch` would not say how far it has come. */
export function send(incident: string, file: File, about: About, progress: (share: number) => void): Promise<Media> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const { address, said } = apart(at`/incidents/${incident}/files` + query({ ...about }))
    request.open('POST', '/api/v1' + address)
    for (const [name, value] of Object.entries(said)) request.setRequestHeader(name, value)
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    request.setRequestHeader('Accept-Language', preferences.language)
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0)
    request.onerror = () => reject(new Problem(0, 'no-connection', ''))
    request.onload = () => {
      const reply = JSON.parse(request.responseText || '{}') as { media?: Media; code?: string; detail?: string }
      if (request.status === 201 && reply.media) resolve(reply.media)
      else reject(new Problem(request.status, reply.code ?? '', reply.detail ?? ''))
    }
    request.send(file)
  })
}

export function open(incident: string, media: string, purpose: string): Promise<FileTicket> {
  const path = at`/incidents/${incident}/files/${media}/open`
  return api.post<FileTicket>(path, { purpose })
}

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
