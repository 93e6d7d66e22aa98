/** Which questions to show: the first, and each that an answer led to. Pure. */
import type { Question } from '../../shared/rows'

export function questionsToAsk(all: readonly Question[], answered: Record<string, string>): Question[] {
  const asked: Question[] = []
  let next: Question | undefined = all[0]
  while (next && !asked.includes(next)) {
    asked.push(next)
    const said: string | undefined = answered[next.code]
    const answer = next.answers.find((one) => one.code === said)
    if (!answer) break
    const code: string = answer.next
    next = all.find((one) => one.code === code)
  }
  return asked
}
