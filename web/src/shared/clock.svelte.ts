/** The clock of the screens: the server's time, ticking once a second. Browsers' own clocks may be minutes wrong. */
const TICK_MS = 1_000

class Clock {
  now = $state(Date.now())
  #ahead_ms = 0

  constructor() {
    if (typeof window === 'undefined') return
    const tick = () => {
      this.now = this.exact()
      setTimeout(tick, TICK_MS - (this.now % TICK_MS) + 5)
    }
    tick()
  }

  /** The server said what time it is. Small differences are the network's and are ignored. */
  set(now: number): void {
    const ahead_ms = now - Date.now()
    if (Math.abs(ahead_ms - this.#ahead_ms) > 250) this.#ahead_ms = ahead_ms
  }

  /** To the millisecond, not ticking. */
  exact(): number {
    return Date.now() + this.#ahead_ms
  }
}

export const clock = new Clock()
