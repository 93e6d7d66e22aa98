/** Words of what an incident comes to: primary units, reasons, endings, files, records, print. `zh-sheet.ts` matches. */

export const enSheet = {
  sheet: {
    primary: 'Primary',
    secondary: 'Secondary',
    computed: 'Computed: part in the work, rank of its kind, arrival, sending',
    chosen: 'named',
    chosenBy: (who: string, why: string) => `Named by ${who}: ${why}`,
    asComputed: 'as computed',
    change: 'Change',
    give: 'Give',
    owes: 'Disposition still owed',
    working: 'Units still at work',
    due: (time: string) => `due ${time}`,
    intervals: {
      acknowledge: 'acknowledgement',
      turnout: 'turnout',
      travel: 'travel',
      'on-scene': 'on scene',
      transport: 'transport',
      hospital: 'at hospital',
    } as Record<string, string>,
    closeAll: 'Close with one disposition for all that have none',
    reopenWhy: 'Why it is reopened',
    reopenNote: 'What is to be done (goes into the narrative)',
  },
}
