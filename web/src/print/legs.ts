/** The legs of a unit's time on an incident, in their order. */
export const legNames = ['turnout', 'travel', 'on-scene', 'transport', 'hospital'] as const
