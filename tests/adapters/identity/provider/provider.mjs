// A real OpenID provider (oidc-provider) with its own pages for signing in: PORT, CLIENT_REDIRECT, LEAVE_REDIRECT.
// Any name signs in with any password; the file GROUPS has the groups of who does.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Provider from 'oidc-provider'

const port = Number(process.env.PORT)
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: `key-${Date.now()}` }

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'turnout',
      client_secret: 'a secret of the client',
      redirect_uris: [process.env.CLIENT_REDIRECT],
      post_logout_redirect_uris: [process.env.LEAVE_REDIRECT],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
  cookies: { keys: ['of a test'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: async (ctx, login) => ({
    accountId: login,
    claims: async () => ({
      sub: login,
      name: `The person ${login}`,
      preferred_username: login,
      groups: JSON.parse(readFileSync(process.env.GROUPS, 'utf8')),
    }),
  }),
  jwks: { keys: [key] },
  pkce: { required: () => true },
})
provider.listen(port, '127.0.0.1', () => console.log('listening'))
