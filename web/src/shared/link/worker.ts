/** The shared worker: one hub for all windows of this browser. */
import '../no-pollution'
import { Hub, socketUrl, type ToHub } from './hub'

const scope = self as unknown as SharedWorkerGlobalScope
const hub = new Hub(socketUrl(scope.location))

scope.onconnect = (event) => {
  const port = event.ports[0]
  if (!port) return
  port.onmessage = (message: MessageEvent<ToHub>) => hub.take(port, message.data)
  hub.join(port)
}
