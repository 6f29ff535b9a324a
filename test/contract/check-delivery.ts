import { setImmediate as nextTurn } from 'node:timers/promises'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, Endpoint, PERMANENT, TEMPORARY } from './endpoint.ts'
import type { CreateSubject } from './subject.ts'

// CONTRACT_SEED=<n> replays a run or makes another one.
const seed = Number(process.env['CONTRACT_SEED'] ?? 20261121)
const BATCH_SIZE = 4
/** More than the queue of OpenTelemetry's processor holds by default. */
const BURST = 5000

/** The promises of a subject; each is a test title. */
const PROMISES = {
  once: 'a batch that is accepted is sent once',
  burst: 'a burst of any size arrives',
  temporary: 'a batch that fails temporarily is sent again until it is accepted, and not after that',
  permanent: 'a batch that is rejected permanently is not sent again, and everything else arrives once',
  mixed: 'temporary failures and permanent rejections do not affect each other',
  flush: 'a flush waits for requests in flight',
  shutdown: 'a shutdown delivers queued spans and those in flight',
  concurrent: 'spans that end during a request, and concurrent flushes, lose and duplicate nothing',
  counters: 'its counters agree with what the endpoint received',
} as const

/** A promise that a subject is known to break. */
export type Broken = keyof typeof PROMISES

/**
 * Tests a subject against what the OpenTelemetry Collector requires of its exporters, and a little more: every span is
 * acknowledged once, or rejected once, whatever the endpoint answers.
 *
 * @param broken the promises that the subject breaks; each test has to fail
 * @param uncertain the promises that it breaks only sometimes; they are not tested
 */
export function checkDelivery(
  name: string,
  createSubject: CreateSubject,
  broken: readonly Broken[] = [],
  uncertain: readonly Broken[] = [],
): void {
  const promise = (key: Broken, test: () => Promise<void>) => {
    if (!uncertain.includes(key)) (broken.includes(key) ? it.fails : it)(PROMISES[key], test)
  }
  const start = (batchSize?: number) => startWorld(createSubject, batchSize)

  /** For any sequence of these answers: every span is accepted or rejected, exactly once. */
  const answered = (answers: readonly [Answer, ...Answer[]], check: (world: World) => void = () => {}) => {
    const scripts = fc.array(fc.constantFrom(...answers), { minLength: 1, maxLength: 5 })
    const property = fc.asyncProperty(scripts, async (script) => {
      const world = await start()
      world.endpoint.play(script)
      world.end(20)
      await world.flush()
      check(world)
      // Not every flush waits for all requests if one is rejected.
      await world.stop()
      world.expectEachAnsweredOnce()
    })
    return fc.assert(property, { seed, numRuns: 8, endOnFailure: true })
  }

  describe(name, () => {
    promise('once', async () => {
      const world = await start()
      world.end(50)
      await world.flush()
      world.expectEachAnsweredOnce()
      expect(world.endpoint.exchanges.every(({ answer }) => answer === 200)).toBe(true)
    })

    promise('burst', async () => {
      const world = await start(512)
      world.end(BURST)
      await world.flush()
      world.expectEachAnsweredOnce()
    })

    promise('temporary', () => answered([200, ...TEMPORARY]))

    promise('permanent', () => answered([200, ...PERMANENT]))

    promise('mixed', () => answered([200, ...TEMPORARY, ...PERMANENT]))

    promise('flush', async () => {
      const world = await start()
      const { arrived, release } = world.endpoint.hold()
      world.end(BATCH_SIZE)
      await arrived
      let isFlushed = false
      const flush = world.flush().then(() => {
        isFlushed = true
      })
      for (let turn = 0; turn < 20; turn++) await nextTurn()
      const wasEarly = isFlushed
      release()
      await flush
      expect(wasEarly).toBe(false)
      world.expectEachAnsweredOnce()
    })

    promise('shutdown', async () => {
      const world = await start()
      const { arrived, release } = world.endpoint.hold()
      world.end(30)
      await arrived
      const shutdown = world.subject.processor.shutdown()
      for (let turn = 0; turn < 20; turn++) await nextTurn()
      release()
      await shutdown
      world.expectEachAnsweredOnce()
    })

    promise('concurrent', async () => {
      const world = await start()
      const work = async (turns: number) => {
        for (let turn = 0; turn < turns; turn++) {
          world.end(3)
          await nextTurn()
          if (turn % 10 === 0) await world.flush()
        }
      }
      await Promise.all([work(30), work(20), work(40)])
      await world.flush()
      world.expectEachAnsweredOnce()
    })

    promise('counters', () =>
      answered([200, 503, 400], ({ endpoint, subject }) => {
        expect(subject.counts()).toEqual({
          delivered: endpoint.namesOf((answer) => answer === 200).length,
          rejected: endpoint.namesOf((answer) => answer === 400).length,
          lost: 0,
          waiting: 0,
        })
      }),
    )
  })
}

type World = Awaited<ReturnType<typeof startWorld>>

/** An endpoint, a subject, and the spans that ended. */
async function startWorld(createSubject: CreateSubject, batchSize = BATCH_SIZE) {
  const endpoint = await Endpoint.start()
  const subject = createSubject({ url: endpoint.url, batchSize, timeoutMillis: 500 })
  const provider = new BasicTracerProvider({ spanProcessors: [subject.processor] })
  const tracer = provider.getTracer('contract')
  const ended: string[] = []
  const stop = async () => {
    await subject.processor.shutdown().catch(() => {})
    endpoint.stop()
  }
  onTestFinished(stop)
  return {
    endpoint,
    subject,
    stop,
    end(spans: number) {
      for (let left = spans; left > 0; left--) {
        const name = `span ${ended.length}`
        ended.push(name)
        tracer.startSpan(name).end()
      }
    },
    /** A flush may reject if a batch was rejected; the endpoint's record decides. */
    flush: () => subject.processor.forceFlush().catch(() => {}),
    expectEachAnsweredOnce() {
      const isTemporary = (answer: Answer) => (TEMPORARY as readonly Answer[]).includes(answer)
      const answered = endpoint.namesOf((answer) => !isTemporary(answer))
      expect(answered.toSorted()).toEqual(ended.toSorted())
    },
  }
}
