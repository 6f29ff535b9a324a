import type { Answer, SenderSettings } from '../../../../src/persistent/sending/types.ts'
import { seeded } from './instant.ts'
import { startSender } from './sender.ts'

const STEP_MILLIS = 10

/** What the endpoint answers, and after how many milliseconds. */
type Reply = readonly [Answer, number]

/**
 * An endpoint whose answers take time, which goes on in small steps.
 *
 * @param reply gets how many other requests are in flight, too
 */
export function startTimed(
  reply: (names: readonly string[], others: number) => Reply,
  some: Partial<SenderSettings> = {},
) {
  const started = startSender({ maxExportBatchSize: 64, scheduledDelayMillis: 100, ...some })
  const { advance, clock, queue, transport } = started
  clock.random = seeded(7)
  const arrived = new Map<string, number>()
  const sent: { readonly names: readonly string[]; readonly at: number; readonly others: number }[] = []
  let pending: { readonly at: number; readonly answer: () => Promise<void> }[] = []
  const receive = () => {
    for (const { names, answer } of transport.posted.slice(sent.length)) {
      const others = transport.inFlight - 1
      sent.push({ names, at: clock.time, others })
      const [what, millis] = reply(names, others)
      const at = clock.time + millis
      pending.push({
        at,
        answer: () => {
          if (what.kind === 'accepted') for (const name of names) arrived.set(name, at)
          return answer(what)
        },
      })
    }
  }
  /** Lets time pass, with what happens in each step. */
  const pass = async (millis: number, each: (step: number) => unknown = () => {}) => {
    for (let step = 0; step < millis / STEP_MILLIS; step++) {
      await each(step)
      await advance(STEP_MILLIS)
      receive()
      for (;;) {
        const due = pending.find(({ at }) => at <= clock.time)
        if (due === undefined) break
        pending = pending.filter((one) => one !== due)
        await due.answer()
        receive()
      }
    }
  }
  const rejected = () => queue.rejected.flatMap(({ names }) => names)
  return { ...started, arrived, sent, pass, rejected }
}
