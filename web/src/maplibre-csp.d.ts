/** The build of MapLibre whose worker is a file of its own, and not made from a text. */
declare module 'maplibre-gl/dist/maplibre-gl-csp.js' {
  export { default } from 'maplibre-gl'
}
