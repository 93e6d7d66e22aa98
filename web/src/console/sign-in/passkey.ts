/** Passkeys (WebAuthn) as JSON, the way the server speaks: bytes are base64url. */
import { api } from '../../shared/api'
import type { Session } from '../../shared/session.svelte'

function toBytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0)).buffer
}

function toText(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

interface Described {
  id: string
  type: 'public-key'
}
interface RequestOptions {
  challenge: string
  timeout?: number
  rpId?: string
  allowCredentials?: Described[]
  userVerification?: UserVerificationRequirement
}
interface CreationOptions {
  challenge: string
  rp: PublicKeyCredentialRpEntity
  user: { id: string; name: string; displayName: string }
  pubKeyCredParams: PublicKeyCredentialParameters[]
  timeout?: number
  excludeCredentials?: Described[]
  authenticatorSelection?: AuthenticatorSelectionCriteria
  attestation?: AttestationConveyancePreference
}

/** Some servers wrap the options in `publicKey`, as the browser's own call does. */
function unwrapped<T>(reply: T | { publicKey: T }): T {
  return typeof reply === 'object' && reply !== null && 'publicKey' in reply ? reply.publicKey : reply
}

const known = (list: Described[] | undefined) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }))

/** Sign in with a passkey of this device. Throws where the person closed the dialogue or the server said no. */
export async function signInWithPasskey(position: string, proves = false): Promise<Session> {
  const options = unwrapped(await api.post<RequestOptions | { publicKey: RequestOptions }>('/session/passkey/options'))
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: known(options.allowCredentials) }
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  const reply = credential.response as AuthenticatorAssertionResponse
  return api.post<Session>('/session/passkey/verify', {
    position,
    proves,
    credential: {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        clientDataJSON: toText(reply.clientDataJSON),
        authenticatorData: toText(reply.authenticatorData),
        signature: toText(reply.signature),
        userHandle: reply.userHandle ? toText(reply.userHandle) : null,
      },
    },
  })
}

/** Add a passkey of this device to the account that is signed in. */
export async function registerPasskey(): Promise<void> {
  const options = unwrapped(await api.post<CreationOptions | { publicKey: CreationOptions }>('/accounts/passkey/options'))
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  }
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const reply = credential.response as AuthenticatorAttestationResponse
  await api.post('/accounts/passkey/verify', {
    credential: {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { clientDataJSON: toText(reply.clientDataJSON), attestationObject: toText(reply.attestationObject) },
    },
  })
}
