/** The first minute: what is said to somebody who has not seen Turnout before, and who did what. `zh-first.ts` has the same shape. */

export const enFirst = {
  first: {
    title: 'Your first minute',
    waking: 'The simulated city is starting: its last hour comes onto the board in a few seconds.',
    intro: 'Simulated colleagues answer calls and send crews. They leave some for you, and keep off whatever you touch.',
    steps: [
      ['Choose a waiting incident', 'It stands at the top of the list. Who should go, and why, is worked out at once.'],
      ['Send', 'One press sends what is proposed. The crews answer, drive and report by themselves; follow them on the map.'],
      ['Answer a call', 'It waits on the right, with what the caller says. Place and type are enough to open an incident.'],
      ['Or type it', 'One line does any of this. Before Enter it says what it would do.'],
    ],
    keys: ['F3', 'R', 'F9', '/'],
    example: 'E 16TH ST/MISSION ST STRUCTURE FIRE; smoke from a flat',
    all: 'All keys and commands',
  },
  who: {
    simulated: 'simulated city',
    program: (name: string) => `program ${name}`,
  },
  fieldName: { back_entry: 'Entered afterwards' } as Record<string, string>,
}
