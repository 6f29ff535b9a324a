import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { numbered } from './support/instant.ts'
import { accepted, retry } from './support/sender.ts'
import { startTimed } from './support/timed.ts'

const timeout: Answer = { kind: 'retry', reason: 'timeout', status: undefined, afterMillis: undefined }

/** Appends a span in each tenth step, and knows how long each takes to arrive. */
function load({ append, arrived, clock }: ReturnType<typeof startTimed>, prefix = 'load') {
  const appended = new Map<string, number>()
  let count = 0
  return {
    each: async (step: number) => {
      if (step % 10 !== 0) return
      const name = `${prefix} ${count++}.`
      appended.set(name, clock.time)
      await append(name)
    },
    missing: () => [...appended.keys()].filter((name) => !arrived.has(name)),
    millis: () => [...appended].map(([name, at]) => (arrived.get(name) ?? Number.POSITIVE_INFINITY) - at),
  }
}

describe('an endpoint that takes one request at a time', () => {
  it.each([
    ['502', retry(undefined, 502), 0],
    ['502, after a while', retry(undefined, 502), 200],
  ])('gets no second one because a span is answered with %s', async (_, failure, millis) => {
    let collisions = 0
    const started = startTimed((names, others) => {
      if (others > 0) {
        collisions++
        return [retry(), 0]
      }
      return names.includes('bad') ? [failure, millis] : [accepted, 60]
    })
    const { append, pass, rejected, transport } = started
    const { each, missing } = load(started)
    await pass(1000, each)
    await append(...numbered(30), 'bad')
    await pass(30_000, each)
    expect(rejected()).toEqual(['bad'])
    expect([collisions, transport.mostInFlight]).toEqual([0, 1])
    await pass(1000)
    expect(missing()).toEqual([])
  })

  it('gets all others in time although it is busy with a span for long, and gives no answer', async () => {
    const started = startTimed((names, others) => {
      if (others > 0) return [retry(), 0]
      return names.includes('bad') ? [timeout, 10_000] : [accepted, 60]
    })
    const { append, arrived, pass, rejected } = started
    const { each, missing } = load(started)
    await pass(1000, each)
    await append(...numbered(30), 'bad')
    await pass(600_000, each)
    await pass(1000)
    expect(rejected()).toEqual(['bad'])
    expect(missing()).toEqual([])
    expect(arrived.has('29.')).toBe(true)
  })
})

describe.each([1, 4])('with %i requests at a time, a span that fails each request', (concurrency) => {
  it('takes turns with the others, which may be more than can be sent', async () => {
    const started = startTimed(
      (names) => (names.includes('bad') ? [retry(undefined, 502), 50] : [accepted, 50]),
      { concurrency, maxExportBatchSize: 8 },
    )
    const { append, pass, rejected, sent, transport } = started
    await append('bad', ...numbered(7))
    let count = 0
    for (let second = 0; rejected().length === 0 && second < 60; second++) {
      await pass(1000, () => append(...numbered(8 * concurrency, `${count++} `)))
    }
    expect(rejected()).toEqual(['bad'])
    expect(transport.mostInFlight).toBe(concurrency)
    // A request without spans is part of its turn.
    const isApart = (names: readonly string[]) => names.length === 0 || names.includes('bad')
    expect(sent.filter(({ names }) => isApart(names)).length).toBeLessThan(sent.length / 2)
  })
})

describe('a span that gets no answer', () => {
  it.each([10_000, 1000])(
    'holds the others up for a second, and soon for a tenth of that, with a timeout of %i ms',
    async (timeoutMillis) => {
      const isAlone = (names: readonly string[]) => names.length === 1 && names.includes('bad')
      const started = startTimed((names) => {
        if (isAlone(names)) return [timeout, timeoutMillis]
        return [names.includes('bad') ? retry() : accepted, 10]
      })
      const { append, pass, rejected, sent } = started
      const before = load(started, 'before')
      await pass(1000, before.each)
      await append(...numbered(9), 'bad')
      while (!sent.some(({ names }) => isAlone(names))) await pass(10, before.each)
      const { each, millis } = load(started, 'meanwhile')
      await pass(100_000, each)
      await pass(1000)
      expect(rejected()).toEqual(['bad'])
      expect(sent.filter(({ names }) => isAlone(names))).toHaveLength(5)
      // They wait 100 ms for others in any case.
      expect(Math.max(...millis())).toBeLessThan(1000 + 150)
      // Ten are sent in a second. The rest of its batch is answered soon after the first time, so there is a second one.
      expect(millis().filter((time) => time > 300).length).toBeLessThan(20)
    },
  )
})
