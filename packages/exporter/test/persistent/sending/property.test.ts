import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { accepted, rejected, retry, settle, startSender, tooLarge } from './support/sender.ts'

type Step =
  | { readonly kind: 'append'; readonly spans: number }
  | { readonly kind: 'advance'; readonly millis: number }
  | { readonly kind: 'drain'; readonly millis: number; readonly untilFailure: boolean }
  | { readonly kind: 'answer'; readonly which: number; readonly answer: Answer }

const anyAnswer = fc.oneof(
  fc.constant(accepted),
  fc.nat(3).map((rejectedSpans): Answer => ({ kind: 'accepted', status: 200, rejectedSpans, message: '' })),
  fc.constant(tooLarge),
  fc.constantFrom(400, 401, 500).map((status) => rejected(status)),
  fc.option(fc.nat(120_000), { nil: undefined }).map((after) => retry(after)),
)
const step = <T>(weight: number, model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(model) as fc.Arbitrary<T>,
})
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  step(4, { kind: fc.constant('append' as const), spans: fc.integer({ min: 1, max: 5 }) }),
  step(2, { kind: fc.constant('advance' as const), millis: fc.nat(40_000) }),
  step(1, { kind: fc.constant('drain' as const), millis: fc.nat(20_000), untilFailure: fc.boolean() }),
  step(4, { kind: fc.constant('answer' as const), which: fc.nat(), answer: anyAnswer }),
)

async function play(steps: readonly Step[], concurrency: number, window: number | undefined, chance: number) {
  const started = startSender({ concurrency, maxExportBatchSize: 6 }, undefined, window)
  const { advance, append, clock, counters, sender, queue, transport } = started
  clock.chance = chance
  const open: typeof transport.posted = []
  let seen = 0
  let appended = 0
  const answered = new Set<string>()
  const look = () => {
    const fresh = transport.posted.slice(seen)
    seen = transport.posted.length
    open.push(...fresh)
    for (const { names } of fresh) for (const name of names) expect(answered).not.toContain(name)
    // And one that is sent apart.
    expect(open.length).toBeLessThanOrEqual(concurrency + 1)
    expect(queue.mostOut).toBeLessThanOrEqual(concurrency)
  }
  const answerOne = async (which: number, answer: Answer) => {
    const [posted] = open.splice(which % open.length, 1)
    if (posted === undefined) return
    const isFinal = answer.kind !== 'retry' && (answer.kind === 'accepted' || posted.names.length === 1)
    if (isFinal) for (const name of posted.names) answered.add(name)
    await posted.answer(answer)
    look()
  }
  for (const step of steps) {
    if (step.kind === 'append') {
      await append(...Array.from({ length: step.spans }, () => `s${appended++}`))
    } else if (step.kind === 'advance') await advance(step.millis)
    else if (step.kind === 'drain') {
      const left = queue.trackQueued()
      sender.drain(left, step.millis, step.untilFailure).then((spans) => expect(spans).toBe(left()))
      await settle()
    } else if (open.length > 0) await answerOne(step.which, step.answer)
    look()
  }
  // At last the endpoint accepts everything.
  for (let i = 0; queue.entries.length > 0; i++) {
    expect(i).toBeLessThan(10_000)
    if (open.length > 0) await answerOne(0, accepted)
    else await advance(1000)
    look()
  }
  const rejected = queue.rejected.flatMap(({ names }) => names)
  const rejectedSpans = queue.rejected.reduce((sum, { spans }) => sum + spans, 0)
  const notTaken = counters.dropped['partial-success'] ?? 0
  expect(rejected).toHaveLength(rejectedSpans)
  expect(new Set(rejected).size).toBe(rejectedSpans)
  expect(answered.size).toBeLessThanOrEqual(appended)
  expect(counters.delivered + notTaken + rejectedSpans).toBe(appended)
  expect(counters.requests).toBe(transport.posted.length)
  expect(queue.out).toBe(0)
  await advance(1e9)
  expect(clock.timers.size).toBe(0)
}

describe('whatever an endpoint answers, in whatever order', () => {
  it('each span is answered, no answered one is sent again, and all are counted once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: 20, maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (steps, concurrency, hasWindow, chance) =>
          play(steps, concurrency, hasWindow ? concurrency : undefined, chance),
      ),
      { numRuns: runs(300) },
    )
  })
})
