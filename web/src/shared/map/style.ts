/** The city's ground in two themes, and the layers of what responds on it. No glyph files: labels are drawn from the computer's own fonts. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'

export const EMPTY = { type: 'FeatureCollection' as const, features: [] }
export const FONT = ['Inter Variable', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']
export const OVERLAYS = [
  'zones',
  'closures',
  'routes',
  'corridors',
  'hydrants',
  'stations',
  'hospitals',
  'premises',
  'further',
  'callers',
  'drawnZone',
  'incidents',
  'units',
] as const
export type Overlay = (typeof OVERLAYS)[number]

interface Ground {
  land: string
  water: string
  park: string
  major: string
  middle: string
  minor: string
  casing: string
  label: string
  halo: string
  area: string
}

const DARK: Ground = {
  land: '#171e26',
  water: '#0b1219',
  park: '#18261f',
  major: '#4a5868',
  middle: '#3a4654',
  minor: '#2a3440',
  casing: '#12181f',
  label: '#a9b6c4',
  halo: '#11171d',
  area: '#7d8c9c',
}
const LIGHT: Ground = {
  land: '#eef1f3',
  water: '#c5d8e6',
  park: '#d8e8d6',
  major: '#ffffff',
  middle: '#ffffff',
  minor: '#ffffff',
  casing: '#c8d0d8',
  label: '#414d59',
  halo: '#f7f9fa',
  area: '#66737f',
}

const streetClass: ExpressionSpecification = ['coalesce', ['get', 'class'], 'residential']
const isMajor: ExpressionSpecification = ['in', streetClass, ['literal', ['motorway', 'trunk', 'primary']]]
const isMiddle: ExpressionSpecification = [
  'in',
  streetClass,
  ['literal', ['secondary', 'tertiary', 'motorway_link', 'trunk_link', 'primary_link']],
]

function widths(major: number, middle: number, minor: number): ExpressionSpecification {
  const by = (factor: number): ExpressionSpecification => [
    'case',
    isMajor,
    major * factor,
    isMiddle,
    middle * factor,
    minor * factor,
  ]
  return ['interpolate', ['exponential', 1.6], ['zoom'], 10, by(0.4), 13, by(1), 16, by(4), 19, by(16)]
}

function ground(g: Ground, isChinese: boolean): LayerSpecification[] {
  const name: ExpressionSpecification = isChinese
    ? ['coalesce', ['get', 'name_zh'], ['get', 'name'], '']
    : ['coalesce', ['get', 'name'], '']
  const city = { source: 'city' }
  const text = { 'text-font': FONT, 'text-letter-spacing': 0.01 }
  const paint = { 'text-color': g.label, 'text-halo-color': g.halo, 'text-halo-width': 1.4 }
  return [
    { id: 'background', type: 'background', paint: { 'background-color': g.water } },
    { id: 'land', type: 'fill', ...city, 'source-layer': 'land', paint: { 'fill-color': g.land } },
    { id: 'parks', type: 'fill', ...city, 'source-layer': 'parks', paint: { 'fill-color': g.park } },
    { id: 'water', type: 'fill', ...city, 'source-layer': 'water', paint: { 'fill-color': g.water } },
    {
      id: 'neighbourhood-lines',
      type: 'line',
      ...city,
      'source-layer': 'neighbourhoods',
      layout: { visibility: 'none' },
      paint: { 'line-color': g.area, 'line-dasharray': [3, 3], 'line-width': 1 },
    },
    {
      id: 'street-casing',
      type: 'line',
      ...city,
      'source-layer': 'streets',
      minzoom: 12,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': g.casing, 'line-width': widths(4.4, 3.2, 2) },
    },
    {
      id: 'streets',
      type: 'line',
      ...city,
      'source-layer': 'streets',
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': ['case', isMajor, 2, isMiddle, 1, 0] },
      paint: { 'line-color': ['case', isMajor, g.major, isMiddle, g.middle, g.minor], 'line-width': widths(3, 2, 1.1) },
    },
    {
      id: 'street-names',
      type: 'symbol',
      ...city,
      'source-layer': 'streets',
      minzoom: 13.2,
      filter: ['has', 'name'],
      layout: {
        ...text,
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 9.5, 17, 13],
      },
      paint,
    },
    {
      id: 'labels',
      type: 'symbol',
      ...city,
      'source-layer': 'labels',
      layout: {
        ...text,
        'text-field': name,
        'text-size': ['interpolate', ['linear'], ['zoom'], 10, 10, 15, 14],
        'text-max-width': 8,
        'symbol-sort-key': ['coalesce', ['get', 'rank'], 9],
        'text-transform': 'uppercase',
      },
      maxzoom: 15.5,
      paint: { ...paint, 'text-color': g.area },
    },
  ]
}

export interface OverlayColours {
  route: string
  routeChosen: string
  chosen: string
  text: string
  halo: string
  urgent: string
  zone: string
}

/** `scale`: how large signs and their words are drawn, 1 on an ordinary screen. */
function overlays(c: OverlayColours, scale: number): LayerSpecification[] {
  const byZoom = (...stops: [number, number][]): ExpressionSpecification =>
    ['interpolate', ['linear'], ['zoom'], ...stops.flatMap(([zoom, size]) => [zoom, size * scale])] as ExpressionSpecification
  const label = {
    'text-font': FONT,
    'text-size': 11 * scale,
    'text-offset': [0, 1.15] as [number, number],
    'text-anchor': 'top' as const,
    'text-optional': true,
  }
  const paint = { 'text-color': c.text, 'text-halo-color': c.halo, 'text-halo-width': 1.5 }
  return [
    {
      id: 'zones',
      type: 'fill',
      source: 'zones',
      paint: { 'fill-color': c.zone, 'fill-opacity': ['case', ['get', 'planned'], 0.04, 0.12] },
    },
    {
      id: 'zone-names',
      type: 'symbol',
      source: 'zones',
      layout: { 'text-font': FONT, 'text-size': 11 * scale, 'text-field': ['get', 'name'] },
      paint,
    },
    {
      id: 'zones-line',
      type: 'line',
      source: 'zones',
      paint: { 'line-color': c.zone, 'line-width': 1.6, 'line-dasharray': [3, 2] },
    },
    {
      id: 'closures',
      type: 'line',
      source: 'closures',
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': c.urgent, 'line-width': 5, 'line-dasharray': [0.8, 0.8] },
    },
    {
      id: 'routes',
      type: 'line',
      source: 'routes',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ['case', ['get', 'chosen'], c.routeChosen, c.route],
        'line-width': ['case', ['get', 'chosen'], 4.5, 2.5],
        'line-opacity': ['case', ['get', 'chosen'], 0.95, 0.55],
      },
    },
    {
      id: 'hydrants',
      type: 'symbol',
      source: 'hydrants',
      minzoom: 14.5,
      layout: { 'icon-image': ['concat', 'hydrant|', ['get', 'state']], 'icon-allow-overlap': true },
    },
    {
      id: 'stations',
      type: 'symbol',
      source: 'stations',
      layout: {
        ...label,
        'icon-image': 'station|',
        'icon-allow-overlap': true,
        'icon-size': byZoom([10, 0.6], [14, 1]),
        'text-field': ['step', ['zoom'], '', 12.5, ['get', 'label']],
        'text-size': 10.5 * scale,
      },
      paint,
    },
    {
      id: 'hospitals',
      type: 'symbol',
      source: 'hospitals',
      layout: {
        ...label,
        'icon-image': 'hospital|',
        'icon-allow-overlap': true,
        'icon-size': byZoom([10, 0.6], [14, 1]),
        'text-field': ['step', ['zoom'], '', 13, ['get', 'label']],
        'text-size': 10.5 * scale,
      },
      paint,
    },
    {
      id: 'premises',
      type: 'circle',
      source: 'premises',
      minzoom: 13,
      paint: { 'circle-radius': 5, 'circle-color': 'transparent', 'circle-stroke-color': c.text, 'circle-stroke-width': 1.5 },
    },
    {
      id: 'further',
      type: 'circle',
      source: 'further',
      paint: { 'circle-radius': 6 * scale, 'circle-color': c.halo, 'circle-stroke-color': c.text, 'circle-stroke-width': 2.5 },
    },
    {
      id: 'further-names',
      type: 'symbol',
      source: 'further',
      layout: { ...label, 'text-offset': [0, 0.8], 'text-field': ['step', ['zoom'], '', 12, ['get', 'label']] },
      paint,
    },
    {
      id: 'caller-track',
      type: 'line',
      source: 'callers',
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': c.chosen, 'line-width': 2, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'callers',
      type: 'circle',
      source: 'callers',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', ['get', 'newest'], 8 * scale, 4 * scale],
        'circle-color': 'transparent',
        'circle-stroke-color': c.chosen,
        'circle-stroke-width': ['case', ['get', 'newest'], 3, 1.5],
      },
    },
    {
      id: 'caller-names',
      type: 'symbol',
      source: 'callers',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: { ...label, 'text-offset': [0, 0.9], 'text-field': ['get', 'label'] },
      paint,
    },
    {
      id: 'drawn-zone',
      type: 'line',
      source: 'drawnZone',
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': c.chosen, 'line-width': 2.5 },
    },
    {
      id: 'drawn-corners',
      type: 'circle',
      source: 'drawnZone',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 5 * scale, 'circle-color': c.chosen, 'circle-stroke-color': c.halo, 'circle-stroke-width': 2 },
    },
    {
      id: 'drawn-names',
      type: 'symbol',
      source: 'drawnZone',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: { ...label, 'text-offset': [0, 0.6], 'text-field': ['get', 'label'], 'text-allow-overlap': true },
      paint,
    },
    {
      id: 'closure-signs',
      type: 'symbol',
      source: 'closures',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'icon-image': 'closure|', 'icon-allow-overlap': true },
    },
    {
      id: 'corridors',
      type: 'symbol',
      source: 'corridors',
      layout: {
        ...label,
        'icon-image': ['concat', 'signal|', ['get', 'state']],
        'icon-allow-overlap': true,
        'icon-size': byZoom([10, 0.6], [13, 0.9], [16, 1.2]),
        'text-field': ['step', ['zoom'], '', 12, ['get', 'word'], 14, ['get', 'label']],
        'text-size': 10.5 * scale,
      },
      paint,
    },
    {
      id: 'unit-ring',
      type: 'circle',
      source: 'units',
      filter: ['any', ['get', 'chosen'], ['get', 'duress']],
      paint: {
        'circle-radius': 15 * scale,
        'circle-color': 'transparent',
        'circle-stroke-color': ['case', ['get', 'duress'], c.urgent, c.chosen],
        'circle-stroke-width': ['case', ['get', 'duress'], 5, 3],
      },
    },
    {
      id: 'units',
      type: 'symbol',
      source: 'units',
      layout: {
        ...label,
        'icon-image': ['get', 'icon'],
        'icon-rotate': ['get', 'turn'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-size': byZoom([10, 0.55], [13, 0.85], [16, 1.15]),
        'symbol-sort-key': ['get', 'order'],
        'text-field': ['step', ['zoom'], ['case', ['get', 'chosen'], ['get', 'label'], ''], 12.6, ['get', 'label']],
        'text-size': 10.5 * scale,
      },
      paint,
    },
    {
      id: 'incident-ring',
      type: 'circle',
      source: 'incidents',
      filter: ['get', 'chosen'],
      paint: {
        'circle-radius': 20 * scale,
        'circle-color': 'transparent',
        'circle-stroke-color': c.chosen,
        'circle-stroke-width': 3,
      },
    },
    {
      id: 'incidents',
      type: 'symbol',
      source: 'incidents',
      layout: {
        ...label,
        'text-offset': [0, 1.5],
        'icon-image': ['concat', 'incident|', ['to-string', ['get', 'priority']]],
        'icon-allow-overlap': true,
        'icon-size': byZoom([10, 0.62], [14, 1]),
        'symbol-sort-key': ['-', 0, ['get', 'priority']],
        'text-field': ['step', ['zoom'], ['get', 'tag'], 13, ['get', 'label']],
      },
      paint: { ...paint, 'text-halo-width': 2 },
    },
  ]
}

export function cityStyle(
  isDark: boolean,
  isChinese: boolean,
  tiles: string | null,
  colours: OverlayColours,
  scale: number,
): StyleSpecification {
  const g = isDark ? DARK : LIGHT
  const base = ground(g, isChinese)
  return {
    version: 8,
    sources: {
      ...(tiles ? { city: { type: 'vector', url: `pmtiles://${tiles}` } } : {}),
      ...Object.fromEntries(
        OVERLAYS.map((name) => [name, { type: 'geojson', data: EMPTY, ...(name === 'units' ? { promoteId: 'unit' } : {}) }]),
      ),
    } as StyleSpecification['sources'],
    layers: [
      ...(tiles ? base : [{ ...(base[0] as LayerSpecification), paint: { 'background-color': g.land } } as LayerSpecification]),
      ...overlays(colours, scale),
    ],
  }
}

/** Layers that each switch of the layer list turns on and off. */
export const SWITCHES: Record<Overlay | 'neighbourhoods', string[]> = {
  units: ['units', 'unit-ring'],
  incidents: ['incidents', 'incident-ring'],
  routes: ['routes'],
  corridors: ['corridors'],
  stations: ['stations'],
  hospitals: ['hospitals'],
  hydrants: ['hydrants'],
  closures: ['closures', 'closure-signs'],
  zones: ['zones', 'zones-line', 'zone-names'],
  premises: ['premises'],
  further: ['further', 'further-names'],
  callers: ['caller-track', 'callers', 'caller-names'],
  drawnZone: ['drawn-zone', 'drawn-corners', 'drawn-names'],
  neighbourhoods: ['neighbourhood-lines'],
}
