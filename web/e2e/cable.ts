/** The cable between a browser and the server: pulled, every connection through it breaks; plugged in, new ones work. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Cable {
  #server: Server | undefined
  #sockets = new Set<Socket>()
  #isPulled = false
  url = ''

  constructor(private readonly to: string) {}

  async lay(): Promise<this> {
    const target = new URL(this.to)
    this.#server = createServer((near) => {
      if (this.#isPulled) return void near.destroy()
      const far = connect(Number(target.port), target.hostname)
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          this.#sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far)
      far.pipe(near)
    })
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address && typeof address === 'object') this.url = `http://127.0.0.1:${address.port}`
    return this
  }

  pull(): void {
    this.#isPulled = true
    for (const socket of this.#sockets) socket.destroy()
  }

  plugIn(): void {
    this.#isPulled = false
  }

  remove(): void {
    this.pull()
    this.#server?.close()
  }
}
