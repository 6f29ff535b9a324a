import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PERMANENT, type Reply, TEMPORARY } from './endpoint.ts'
import { MORE_OF_OURS, OURS, THEIRS } from './subject.ts'
import { World } from './world.ts'

// What the OpenTelemetry Collector requires of its exporters, and a little more: every span is acknowledged once, or
// rejected once, whatever the endpoint answers.

// CONTRACT_SEED=<n> replays a run or makes another one.
const seed = Number(process.env['CONTRACT_SEED'] ?? 20261121)
const BATCH_SIZE = 4
/** More than the queue of OpenTelemetry's processor holds by default. */
const BURST = 5000

describe.each([...THEIRS, ...OURS, ...MORE_OF_OURS])('$name', (subject) => {
  const start = (maxExportBatchSize = BATCH_SIZE) =>
    World.start(subject, { settings: { maxExportBatchSize, scheduledDelayMillis: 1000 } })

  test('a batch that is accepted is sent once', async () => {
    await using world = await start()
    await world.send(50)
    await world.shutdown()
    expectEachAnsweredOnce(world)
    expect(world.endpoint.exchanges.every(({ reply }) => reply === 200)).toBe(true)
  })

  test('a shutdown delivers queued spans and those in flight', async () => {
    await using world = await start()
    const { arrived, release } = world.endpoint.hold()
    world.end(30)
    await arrived
    const shutdown = world.shutdown()
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    release()
    await shutdown
    expectEachAnsweredOnce(world)
  })

  test('spans that end during a request, and concurrent flushes, lose and duplicate nothing', async () => {
    await using world = await start()
    const work = async (turns: number) => {
      for (let turn = 0; turn < turns; turn++) {
        world.end(3)
        await nextTurn()
        if (turn % 10 === 0) await world.flush()
      }
    }
    await Promise.all([work(30), work(20), work(40)])
    await world.shutdown()
    expectEachAnsweredOnce(world)
  })
})

// OpenTelemetry's keeps none of these. What it does is in the rows.
describe.concurrent.each([...OURS, ...MORE_OF_OURS])('$name', (subject) => {
  const start = (maxExportBatchSize = BATCH_SIZE) =>
    World.start(subject, { settings: { maxExportBatchSize, scheduledDelayMillis: 1000 } })

  /** For any sequence of these answers: every span is accepted once, or set aside. */
  const answered = (answers: readonly [Reply, ...Reply[]]) => {
    const scripts = fc.array(fc.constantFrom(...answers), { minLength: 1, maxLength: 5 })
    const property = fc.asyncProperty(scripts, async (script) => {
      await using world = await start()
      world.endpoint.play(script)
      await world.send(20)
      expectAcceptedOrRejected(world)
      await world.shutdown()
      expectAcceptedOrRejected(world)
    })
    return fc.assert(property, { seed, numRuns: 8, endOnFailure: true })
  }

  test('a burst of any size arrives', async () => {
    await using world = await start(512)
    await world.send(BURST)
    expectEachAnsweredOnce(world)
  })

  test('a batch that fails temporarily is sent again until it is accepted, and not after that', () =>
    answered([200, ...TEMPORARY]))

  test('a span of a rejected batch is accepted once, or kept as rejected', () =>
    answered([200, ...PERMANENT]))

  test('temporary failures and permanent rejections do not affect each other', () =>
    answered([200, ...TEMPORARY, ...PERMANENT]))
})

/** By the endpoint's record, and by the subject's own counts. */
function expectAcceptedOrRejected({ endpoint, ended, accepted, counts }: World): void {
  const rejected = ended.filter((name) => !accepted.includes(name))
  expect(accepted.toSorted()).toEqual(ended.filter((name) => !rejected.includes(name)).toSorted())
  for (const name of rejected) {
    const last = endpoint.exchanges.findLast(({ names }) => names.includes(name))
    expect(PERMANENT).toContain(last?.reply)
  }
  // Without a directory, the shutdown loses what was rejected.
  expect(counts).toMatchObject({ delivered: accepted.length, waiting: 0 })
  expect((counts?.rejected ?? 0) + (counts?.lost ?? 0)).toBe(rejected.length)
}

function expectEachAnsweredOnce({ endpoint, ended }: World): void {
  const isTemporary = (reply: Reply) => (TEMPORARY as readonly Reply[]).includes(reply)
  const answered = endpoint.namesOf((reply) => !isTemporary(reply))
  expect(answered.toSorted()).toEqual(ended.toSorted())
}
