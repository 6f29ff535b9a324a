import type { Answer, SenderSettings } from '../../../../src/persistent/sending/types.ts'
import { settle, startSender } from './sender.ts'

export const numbered = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}.`)

/** Numbers from 0 to 1 that look random, and are the same each time. */
export function seeded(seed = 12_345) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}

/** An endpoint that answers at once, and time that goes on whenever nothing happens. */
export function startInstant(
  reply: (names: readonly string[], time: number) => Answer,
  some: Partial<SenderSettings> = {},
) {
  const started = startSender(
    { maxExportBatchSize: 500, scheduledDelayMillis: 100, ...some },
    undefined,
    some.concurrency ?? 1,
  )
  const { advance, clock, queue, transport } = started
  clock.random = seeded(7)
  const arrived = new Map<string, number>()
  const sizes: number[] = []
  let answered = 0
  const answerAll = async () => {
    for (; answered < transport.posted.length; await settle()) {
      const posted = transport.posted[answered++]
      if (posted === undefined) break
      const answer = reply(posted.names, clock.time)
      sizes.push(posted.names.length)
      if (answer.kind === 'accepted') for (const name of posted.names) arrived.set(name, clock.time)
      await posted.answer(answer)
    }
  }
  /** Lets time pass in small steps, with what happens in each. */
  const pass = async (millis: number, each: (step: number) => unknown = () => {}) => {
    for (let step = 0; step < millis / 50; step++) {
      await each(step)
      await advance(50)
      await answerAll()
    }
  }
  const rejected = () => queue.rejected.flatMap(({ names }) => names)
  return { ...started, arrived, sizes, pass, rejected }
}
