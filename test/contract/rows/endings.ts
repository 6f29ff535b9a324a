import type { Row } from '../row.ts'
import { isSettled, requests } from './outcomes.ts'

const HOUR_MILLIS = 3_600_000

export const ENDINGS: readonly Row[] = [
  {
    promise: '`forceFlush` sends what is queued at once.',
    with: () => ({ settings: { scheduledDelayMillis: HOUR_MILLIS } }),
    async observe(world) {
      return `flush ${await world.send()}, ${world.accepted.length} span`
    },
    kept: 'flush resolves, 1 span',
  },
  {
    promise: '`forceFlush` without spans makes no request.',
    async observe(world) {
      return `flush ${await world.flush()}, ${requests(world)}`
    },
    kept: 'flush resolves, no request',
  },
  {
    promise: '`forceFlush` resolves when all spans that ended before are exported.',
    async observe(world) {
      const { arrived, release } = world.endpoint.hold()
      world.end(4)
      await arrived
      const flush = world.flush()
      const wasEarly = await isSettled(flush)
      release()
      await flush
      return wasEarly ? 'resolves before that' : 'resolves then'
    },
    kept: 'resolves then',
    theirs: 'resolves before that',
    because:
      'Theirs does not wait for a request that is already on its way, as a serverless function needs it.',
  },
  {
    promise: '`forceFlush` rejects after `exportTimeoutMillis`.',
    with: () => ({ settings: { exportTimeoutMillis: 300 } }),
    async observe(world) {
      world.endpoint.play(['hang'])
      return `flush ${await world.send()}`
    },
    kept: 'flush rejects',
  },
  {
    promise: '`shutdown` sends what is queued.',
    async observe(world) {
      world.end(10)
      return `shutdown ${await world.shutdown()}, ${world.accepted.length} spans`
    },
    kept: 'shutdown resolves, 10 spans',
  },
  {
    promise: '`shutdown` may be called twice.',
    async observe(world) {
      world.end(1)
      const outcomes = await Promise.all([world.shutdown(), world.shutdown()])
      return `${[...outcomes, await world.shutdown()].join(', ')}; ${requests(world)}`
    },
    kept: 'resolves, resolves, resolves; sent once',
  },
  {
    promise: 'After the shutdown, `forceFlush` resolves, and spans that end are not exported.',
    async observe(world) {
      await world.shutdown()
      return `flush ${await world.send()}, ${requests(world)}`
    },
    kept: 'flush resolves, no request',
  },
  {
    promise: '`shutdown` rejects if the endpoint is unavailable, and the spans are lost.',
    waits: true,
    // With a directory, its files are closed until then.
    with: () => ({ settings: { timeoutMillis: 500, shutdownTimeoutMillis: 6000 } }),
    async observe(world) {
      world.endpoint.answer(() => 503)
      world.end(1)
      const shutdown = await world.shutdown()
      return `${shutdown}, ${world.counts?.waiting === 1 ? 'kept' : 'lost'}`
    },
    kept: 'rejects, lost',
    oursWithJournal: 'resolves, kept',
    because: 'With a directory, the next process sends what is in the journal.',
  },
]
