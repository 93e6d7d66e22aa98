/** Short synthesised sounds: accepted, refused, attention, duress. Every one has its sign on the screen as well. */
import { preferences } from './preferences.svelte'

export type Sound = 'accepted' | 'refused' | 'call' | 'overdue' | 'duress' | 'turnout'

/** Per tone: frequency in Hz, start in s, length in s. */
const TONES: Record<Sound, [number, number, number][]> = {
  accepted: [
    [660, 0, 0.06],
    [880, 0.06, 0.08],
  ],
  refused: [
    [220, 0, 0.12],
    [165, 0.13, 0.18],
  ],
  call: [
    [523, 0, 0.12],
    [659, 0.16, 0.12],
  ],
  overdue: [
    [440, 0, 0.1],
    [440, 0.16, 0.1],
    [440, 0.32, 0.1],
  ],
  /** Two rising pairs, long enough to be heard from the bunks. */
  turnout: [
    [523, 0, 0.35],
    [784, 0.36, 0.45],
    [523, 1, 0.35],
    [784, 1.36, 0.6],
  ],
  duress: [
    [988, 0, 0.16],
    [740, 0.18, 0.16],
    [988, 0.36, 0.16],
    [740, 0.54, 0.16],
  ],
}
const LOUDNESS = 0.12

let context: AudioContext | undefined

export function play(sound: Sound): void {
  if (!preferences.sound || typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  // Until the person has pressed something, browsers keep a page silent; the sign on the screen is there anyway.
  if (context.state === 'suspended') void context.resume()
  for (const [frequency_hz, start_s, length_s] of TONES[sound]) tone(context, frequency_hz, start_s, length_s)
}

/** Whether a sound would be heard. Until somebody has touched the page, browsers keep it silent. */
export function isAudible(): boolean {
  if (!preferences.sound || typeof AudioContext === 'undefined') return false
  context ??= new AudioContext()
  return context.state === 'running'
}

function tone(audio: AudioContext, frequency_hz: number, start_s: number, length_s: number): void {
  const from = audio.currentTime + start_s
  const oscillator = audio.createOscillator()
  const gain = audio.createGain()
  oscillator.type = 'triangle'
  oscillator.frequency.value = frequency_hz
  gain.gain.setValueAtTime(0, from)
  gain.gain.linearRampToValueAtTime(LOUDNESS, from + 0.01)
  gain.gain.linearRampToValueAtTime(0, from + length_s)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(from)
  oscillator.stop(from + length_s)
}
