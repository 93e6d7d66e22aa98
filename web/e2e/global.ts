/**
 * Starts three servers on free ports, each with a data folder of its own: `desk` and `watch`, where nobody calls and nobody
 * drives by itself (the stations of `watch` have nothing to do but what their own tests bring), and `city`, where the
 * simulated city lives. Their addresses go to the tests by environment.
 */
import { start } from './server'

export default async function setup(): Promise<() => void> {
  const desk = await start('--no-simulation')
  const watch = await start('--no-simulation')
  const city = await start('--speed', '8')
  process.env.TURNOUT_DESK = desk.url
  process.env.TURNOUT_DESK_CODE = desk.setupCode
  process.env.TURNOUT_WATCH = watch.url
  process.env.TURNOUT_CITY = city.url
  return () => {
    desk.stop()
    watch.stop()
    city.stop()
  }
}
