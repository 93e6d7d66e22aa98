/**
 * Starts two servers on free ports, each with a data folder of its own: `desk`, where nobody calls and nobody drives by
 * itself, and `city`, where the simulated city lives. Their addresses go to the tests by environment.
 */
import { start } from './server'

export default async function setup(): Promise<() => void> {
  const desk = await start('--no-simulation')
  const city = await start('--speed', '8')
  process.env.TURNOUT_DESK = desk.url
  process.env.TURNOUT_DESK_CODE = desk.setupCode
  process.env.TURNOUT_CITY = city.url
  return () => {
    desk.stop()
    city.stop()
  }
}
