import { resourceFromAttributes } from '@opentelemetry/resources'
import { SamplingDecision } from '@opentelemetry/sdk-trace-base'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'
import { fateOf, requests } from './outcomes.ts'

const HOUR_MILLIS = 3_600_000

/** Ends spans, and waits until a request arrives, without a flush. */
const sentByItself = (spans: number) => async (world: World) => {
  const request = world.endpoint.nextRequest()
  world.end(spans)
  await request
  return 'sent'
}

/** Whether all spans have an attribute that was still being detected when they ended. */
async function detected(world: World): Promise<string> {
  world.end(3)
  const fate = await world.fate()
  const resources = world.endpoint.exchanges.flatMap((exchange) => exchange.resources)
  const isComplete = resources.every((resource) => JSON.stringify(resource).includes('detected'))
  return `${fate} ${isComplete ? 'with' : 'without'} the attribute`
}

export const BATCHES: readonly Row[] = [
  {
    promise: 'A full batch is sent before the delay has passed.',
    with: () => ({ settings: { scheduledDelayMillis: HOUR_MILLIS } }),
    observe: sentByItself(4),
    kept: 'sent',
  },
  {
    promise: 'A batch that is not full is sent after `scheduledDelayMillis`.',
    with: () => ({ settings: { scheduledDelayMillis: 50 } }),
    observe: sentByItself(1),
    kept: 'sent',
  },
  {
    promise: 'A request has at most `maxExportBatchSize` spans.',
    async observe(world) {
      await world.send(10)
      await world.shutdown()
      const sizes = world.endpoint.exchanges.map(({ names }) => names.length)
      return `${world.accepted.length} spans, at most ${Math.max(...sizes)} a request`
    },
    kept: '10 spans, at most 4 a request',
  },
  {
    promise: 'Spans that are recorded and not sampled are not exported.',
    with: () => ({
      provider: { sampler: { shouldSample: () => ({ decision: SamplingDecision.RECORD }) } },
    }),
    async observe(world) {
      return `${requests(world)}, flush ${await world.send()}`
    },
    kept: 'no request, flush resolves',
  },
  {
    promise: 'Spans that have started and not ended are not exported.',
    async observe(world) {
      world.start()
      return `${requests(world)}, flush ${await world.flush()}`
    },
    kept: 'no request, flush resolves',
  },
  {
    promise: 'A batch that fails does not keep later ones from being sent.',
    async observe(world) {
      world.endpoint.play([400])
      await world.send()
      const later = world.end(1)
      await world.flush()
      return world.accepted.join() === later.join() ? 'sent' : 'not sent'
    },
    kept: 'sent',
  },
  {
    promise: 'Spans wait for attributes of the resource that are still being detected.',
    with: () => ({
      provider: {
        resource: resourceFromAttributes({
          'host.id': new Promise<string>((resolve) => setImmediate(() => resolve('detected'))),
        }),
      },
    }),
    observe: detected,
    kept: 'delivered with the attribute',
  },
  {
    promise: 'If the detection fails, spans are sent without the attribute.',
    with: () => ({
      provider: { resource: resourceFromAttributes({ 'host.id': Promise.reject(new Error('no network')) }) },
    }),
    observe: detected,
    kept: 'delivered without the attribute',
  },
  {
    promise: 'Ending a span does not throw, whatever the span is.',
    async observe({ processor }) {
      const unreadable = {
        spanContext() {
          throw new Error('unreadable')
        },
      }
      try {
        processor.onEnd(unreadable as never)
        return 'does not throw'
      } catch {
        return 'throws'
      }
    },
    kept: 'does not throw',
    theirs: 'throws',
    because: 'Spans of wrappers and proxies may throw when they are read. Ours counts them.',
  },
  {
    promise: 'The queue holds 2,048 spans; more are dropped.',
    with: () => ({ settings: { maxExportBatchSize: 512 } }),
    observe: fateOf(3000),
    // 512 are on their way already.
    kept: '440 of 3000 lost',
    ours: 'delivered',
    because: 'The queue is limited in bytes, and counts what it drops. 2,048 spans are one request of ours.',
  },
  {
    promise: 'A burst of more than 30 batches is sent by one flush.',
    observe: fateOf(160),
    kept: 'delivered',
    theirs: '40 of 160 lost',
    because: 'Theirs sends all batches at once, and its exporter fails those beyond its limit of 30.',
  },
]
