/** Adaptive control tried in a simulation, for the engineer. `zh-adaptive.ts` has the same shape. */

export const enAdaptive = {
  title: 'Adaptive control beside the plans in force',
  advice:
    'Advice from a simulation: adaptive control drives no controller of the city, and nothing here can be proposed or released.',
  what: 'Each junction decides from detectors alone whom it serves; same traffic as under the plans in force, seed by seed. Nobody who is stuck is taken out, on either side.',
  noLibrary:
    'SUMO’s library (libsumo) is not installed on this server: adaptive control cannot be tried. See the engineers’ manual.',
  faults: 'Detectors',
  sound: 'all sound',
  broken: {
    stuck: 'from minute 10 one at each junction always occupied',
    silent: 'from minute 10 one at each junction sees nobody',
    double: 'from minute 10 one at each junction counts double',
  },
  begin: 'Try it',
  result: (seeds: number) => `${seeds} seeds`,
  before: 'Plans in force',
  after: 'Adaptive control',
  moved: 'Other plans are in force now than those it was tried beside.',
  gridlock: (side: string, seeds: string) =>
    `Gridlock, ${side}, seed ${seeds}: nobody arrived for five minutes while vehicles were on the road.`,
  doubt: (track: string, n: number, all: number, why: string) =>
    `Single track ${track} doubtful at the end with ${n} of ${all} seeds, under adaptive control: ${why}.`,
  noGridlock: 'No gridlock: on neither side did five minutes pass without an arrival while vehicles were on the road.',
  junctions: 'Junctions under adaptive control',
  laid: (n: number) => `${n} detectors laid`,
  junction: 'Junction',
  waits: 'Longest wait, by approach',
  waitsHint:
    'Longest wait: under adaptive control who was seen waits for green for so long at most, whatever the traffic. On its plan a junction serves as the plan has it.',
  noWait: 'none promised',
  detectors: 'Detectors',
  lanes: (n: number) => (n === 1 ? '1 lane' : `${n} lanes`),
  atEnd: 'At the end of the run',
  adaptive: 'adaptive in every seed',
  onPlan: (n: number, all: number) => `ran its plan with ${n} of ${all} seeds`,
  fault: (detector: string, name: string, n: number, all: number) => `${detector}: ${name} (${n} of ${all})`,
  brokenHere: (detector: string, missed: number, all: number) =>
    missed ? `broken: ${detector}, not found with ${missed} of ${all} seeds` : `broken: ${detector}, found with every seed`,
  brokenNone: 'none broken here: no detector before a stop line',
  long: (seeds: number) =>
    `${seeds} seeds are ${2 * seeds} runs, one after another: minutes each on a small district, up to 15 where traffic stands still. After 2 hours the whole is cut off, and nothing of it is kept: begin with 5.`,
  kept: 'Keep their plan all the time',
}
