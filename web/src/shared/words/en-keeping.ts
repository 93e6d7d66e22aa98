/** Keeping and erasing personal details. `zh-keeping.ts` has the same shape. */

export const enKeeping = {
  keeping: {
    about:
      'Personal details and what was said end by themselves when their term is over. A hold keeps them longer; erasing them earlier, all or one person’s, takes two people and cannot be undone. The incident itself stays.',
    requests: 'Asked to be erased',
    noRequests: 'Nobody has asked.',
    holds: 'Held',
    noHolds: 'Nothing is held.',
    matter: 'Hold or erase',
    askedBy: 'asked by',
    yours: 'Yours: another person has to decide.',
    reason: 'Reason',
    approve: 'Erase',
    sure: 'Erase for good: sure?',
    decline: 'Do not erase',
    release: 'Release',
    card: 'Only this card (erasing)',
    callerAlone: 'Only the caller of the call (erasing)',
    'place-hold': 'Hold',
    'ask-erasure': 'Ask to erase',
  },
}
