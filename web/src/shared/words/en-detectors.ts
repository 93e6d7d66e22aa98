/** Detectors ahead of crews, for the engineer. `zh-detectors.ts` has the same shape. */

export const enDetectors = {
  queue: (n: number) => `queue by detectors: ${n} a lane`,
  assumed: (n: number, why: string) => `queue assumed: ${n} a lane (${why})`,
  why: { none: 'no detectors', silent: 'the controller does not tell them', doubted: 'not known yet, or not believed' },
  full: (time: string) => `the street behind is full: ${time}`,
  stands: (time: string) => `somebody stands in the street behind: ${time}`,
  flows: 'the street behind flows',
  streetUnknown: 'the street behind: not known',
  broken: (id: string, fault: string) => `${id} is not believed: ${fault}`,
  detectors: (n: number) => `detectors ${n}`,
  behind: 'behind the junction',
  before: (approach: string, lane: number, to: number, metres: number) =>
    `${approach}, lane ${lane === to ? lane : `${lane}–${to}`}, ${metres} m`,
  state: { occupied: 'occupied', free: 'free', unknown: 'not known' },
}
