/** The junctions of green corridors on the map: a sign and a word for each state. */
import type { Feature, FeatureCollection } from 'geojson'
import type { Corridor } from '../rows'

export function corridorFeatures(
  corridors: Record<string, Corridor>,
  stateName: (state: string) => string,
  nameOf: (name: { en: string; zh: string }) => string,
): FeatureCollection {
  const features: Feature[] = []
  for (const corridor of Object.values(corridors)) {
    for (const one of Object.values(corridor.junctions)) {
      if (one.state === 'released' || one.place === null) continue
      features.push({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [one.place.lon, one.place.lat] },
        properties: {
          state: one.state,
          word: stateName(one.state),
          label: `${nameOf(one.name)}: ${stateName(one.state)}`,
        },
      })
    }
  }
  return { type: 'FeatureCollection', features }
}
