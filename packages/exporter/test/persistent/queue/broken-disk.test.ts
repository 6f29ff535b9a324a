import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import type { Lease } from '../../../src/persistent/queue/index.ts'
import { failure, journals, names, quiet, record, TestProcess, temporary } from './support.ts'

const OPERATIONS = [
  'open',
  'openSync',
  'writev',
  'writevSync',
  'write',
  'writeSync',
  'fdatasync',
  'unlink',
  'rename',
]

type Step =
  | { do: 'offer'; bytes: number }
  | { do: 'lease' | 'ack' | 'nack' | 'quiet' | 'writeNow' | 'repair' | 'wait' | 'short' }
  | { do: 'break'; operation: string; code: string }

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('offer'), bytes: fc.integer({ min: 40, max: 100_000 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('lease', 'ack', 'nack', 'quiet', 'writeNow', 'repair', 'wait', 'short'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('break'),
      operation: fc.constantFrom(...OPERATIONS),
      code: fc.constantFrom('ENOSPC', 'EIO', 'EMFILE'),
    }),
  },
) as fc.Arbitrary<Step>

it('a disk that fails and recovers repeatedly loses only files that cannot be read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.constantFrom('never', 'batch', 'interval'),
      fc.boolean(),
      async (steps, fsync, isSync) => {
        const directory = temporary()
        const process = new TestProcess()
        const settings = {
          directory,
          fsync,
          isSync,
          maxBytes: 64e6,
          maxMemoryBytes: 64e6,
        } as const
        const queue = process.open(settings, 2)
        const out: Lease[] = []
        const delivered: string[] = []
        let broken = new Map<string, string>()
        let offered = 0
        let opened = 0
        process.onOperation = (name) => {
          const code = broken.get(name)
          // A file is read once a shortage is over, so a lease waits for that: no step ends it meanwhile.
          if (code === 'EMFILE' && name === 'open' && ++opened % 5 === 0) return
          if (code !== undefined) throw failure(code)
        }
        const ack = (lease: Lease | undefined) => {
          lease?.ack()
          delivered.push(...names(lease))
        }
        for (const one of steps) {
          if (one.do === 'offer') queue.offer(record(offered++, { bytes: one.bytes }))
          if (one.do === 'lease')
            out.push(...[await queue.lease({ maxSpans: 3, maxBytes: 1e6 })].filter((b) => !!b))
          if (one.do === 'ack') ack(out.shift())
          if (one.do === 'nack') out.pop()?.nack()
          if (one.do === 'writeNow') queue.writeNow()
          if (one.do === 'repair') broken = new Map()
          if (one.do === 'short') process.writeAtMost = 5000
          if (one.do === 'break') broken.set(one.operation, one.code)
          if (one.do === 'quiet') await quiet()
          if (one.do === 'wait') {
            process.ahead += 31_000
            for (const millis of [500, 10_000]) process.tick(millis)
            await quiet()
          }
          expect(delivered.length + queue.size.spans + lost(process)).toBe(offered)
        }
        broken = new Map()
        process.writeAtMost = Number.POSITIVE_INFINITY
        for (const lease of out) lease.nack()
        for (let lease = await queue.lease({ maxSpans: 9, maxBytes: 1e6 }); lease; ) {
          ack(lease)
          lease = await queue.lease({ maxSpans: 9, maxBytes: 1e6 })
        }
        expect(new Set(delivered).size).toBe(delivered.length)
        expect(delivered.length + lost(process)).toBe(offered)
        expect(queue.size).toMatchObject({ spans: 0, bytes: 0 })
        await queue.close()
        expect(journals(directory).filter((name) => name !== 'unreadable')).toEqual([])
      },
    ),
    { numRuns: runs(150) },
  )
})

/** Spans of files that could not be read again. */
const lost = ({ counters }: TestProcess): number => counters.dropped.corrupt ?? 0
