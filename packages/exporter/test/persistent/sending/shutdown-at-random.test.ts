import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { numbered, seeded, startInstant } from './support/instant.ts'
import { accepted, retry } from './support/sender.ts'

const SHUTDOWN_MILLIS = 10_000

/** Queues spans in memory, and sends them in a shutdown. */
async function shutDown(
  names: readonly string[],
  concurrency: number,
  reply: (of: readonly string[]) => Answer,
) {
  const { arrived, pass, queue, sender, sizes } = startInstant(reply, { concurrency })
  for (const name of names) queue.appendSpans(name)
  sender.hurry()
  sender.resetCircuit()
  const drained = sender.drain(queue.trackQueued(), SHUTDOWN_MILLIS)
  await pass(SHUTDOWN_MILLIS)
  await drained
  return { missing: names.filter((name) => !arrived.has(name)), requests: sizes.length }
}

describe.each([1, 4])('a shutdown without a directory, with %i requests at a time', (concurrency) => {
  it.each([0.2, 0.4, 0.5, 0.6])(
    'delivers every span although requests fail at random with a chance of %d, in large requests',
    async (chance) => {
      const batches = 8
      const names = numbered(500 * batches).map((name) => name.padEnd(100, '.'))
      const seeds = [1, 2, 3, 4, 5]
      let all = 0
      for (const seed of seeds) {
        const random = seeded(seed)
        const { missing, requests } = await shutDown(names, concurrency, () =>
          random() < chance ? retry() : accepted,
        )
        expect({ seed, missing }).toEqual({ seed, missing: [] })
        all += requests
      }
      // As many as while the process runs.
      expect(all / seeds.length).toBeLessThan((5 * batches) / (1 - chance))
    },
  )

  it.each([100, 250])('learns from few failures that no more than %i spans are accepted', async (most) => {
    const names = numbered(500 * 20).map((name) => name.padEnd(100, '.'))
    let failures = 0
    const { missing } = await shutDown(names, concurrency, (of) => {
      if (of.length <= most) return accepted
      failures++
      return retry()
    })
    expect(missing).toEqual([])
    // Of 200 requests and more, with parts of 62 spans.
    expect(failures).toBeLessThan(80)
  })

  it('delivers all others although one span in twenty fails each request', async () => {
    const random = seeded(9)
    const names = numbered(600)
    const bad = new Set(names.filter(() => random() < 0.05))
    const { missing } = await shutDown(names, concurrency, (of) =>
      of.some((name) => bad.has(name)) ? retry() : accepted,
    )
    expect(missing.filter((name) => !bad.has(name))).toEqual([])
  })
})
