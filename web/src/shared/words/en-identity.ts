/** Single sign-on, in English. `refused` has the server's codes. */
export const enIdentity = {
  by: (provider: string) => `Sign in by ${provider}`,
  notNow: 'That did not work just now. Sign in with a password, a passkey or a one-time code.',
  refused: {
    'provider-silent':
      'The identity provider does not answer as it should. Sign in with a password, a passkey or a one-time code.',
    'sign-on-lost': 'This sign-in was not begun here, or more than ten minutes ago. Begin again.',
    'sign-on-refused': 'The identity provider did not let you in, or you turned back.',
    'sign-on-stale': 'The identity provider did not ask who you are this time, or not as strongly as it has to. Begin again.',
    'sign-on-unknown':
      'The identity provider knows you, but you have no open account here, or no group that has a role. Ask the administrator.',
    'sign-on-taken':
      'The account of that name has a password or belongs to somebody else. The administrator can give it a one-time code, its passkeys removed; then sign in again.',
  } as Record<string, string>,
}
