/** Offline codes for the day the identity provider is down. `zh-offline.ts` has the same shape. */

export const enOffline = {
  offline: {
    down: (provider: string) => `${provider} does not answer: use an offline code`,
    title: 'Sign in with an offline code',
    text: 'From your printed sheet. Each code works once, for four hours. Your supervisor is told.',
    code: 'Offline code',
    submit: 'Sign in',
    sheet: 'Offline codes',
    sheetText: (provider: string) =>
      `For the day on which ${provider} is down. Print them and keep the paper where nobody else gets at it. A new sheet voids the old one.`,
    left: (n: number) => (n === 1 ? '1 code is left.' : `${n} codes are left.`),
    make: 'Make a new sheet',
    sealed: 'Offline codes, sealed',
    madeFor: (account: string) => `Offline codes of ${account}. They are shown this once.`,
    print: 'Print',
    until: 'Good until',
    entries: 'Came in by an offline code',
    entriesText: 'Ask each whether it was them. If not, close the account.',
    confirm: 'It was them',
    yours: 'Somebody else has to confirm this one.',
  },
}
