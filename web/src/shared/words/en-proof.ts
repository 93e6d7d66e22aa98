/** Showing again who one is, a second factor, and one's own sessions, in English. */
export const enProof = {
  title: 'Show again who you are',
  text: (who: string) =>
    `${who}, this changes how somebody gets in. Your last proof is more than ten minutes old, or was given somewhere else.`,
  prove: 'Go on',
  byPasskey: 'With a passkey',
  factorTitle: 'A passkey is needed',
  factorText: (who: string) =>
    `${who}, your role needs two factors. Add a passkey of this device or of a security key; until then nothing else opens.`,
  addPasskey: 'Add a passkey',
  failed: 'That did not work, or was broken off.',
  sessions: 'My sessions',
  sessionsText: 'Where you are signed in. End what you do not know, and change your password then.',
  columns: { since: 'Since', position: 'Position', network: 'From', way: 'By', proved: 'Last proof' },
  thisOne: 'This one',
  locked: 'locked',
  end: 'End it',
}
