/** How the server is. `zh-health.ts` has the same shape. */

export const enHealth = {
  health: {
    level: { well: 'All is well', warn: 'Somebody should look', severe: 'Look now' },
    notice: (n: number) => (n === 1 ? 'Server: 1 alarm' : `Server: ${n} alarms`),
    alarms: 'Alarms',
    noAlarms: 'No alarm stands.',
    since: 'since',
    warnings: 'To be looked after',
    queues: 'Queues',
    waiting: 'Waiting',
    most: 'At most',
    whenFull: 'When full',
    figures: 'Figures',
    figure: 'Figure',
    now: 'Now',
    units: { s: 's', ms: 'ms', min: 'min', h: 'h', days: 'days', rows: 'rows' } as Record<string, string>,
    limits: 'Limits',
    limit: (warn: string, severe: string) => (severe ? `${warn}, severe ${severe}` : warn),
    upTo: 'up to',
    atLeast: 'at least',
    fresh: 'Looked at every 5 seconds.',
    stale: 'The server does not answer: these are the last figures.',
  },
}
