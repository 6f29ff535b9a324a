import fc from 'fast-check'
import type { EndedSpan } from '../../src/ended-span.ts'
import { spanOf } from './spans.ts'

const id = fc.constantFrom('s1', 's2', '__proto__', 'constructor', 'x'.repeat(199))
const idOrNone = fc.oneof({ weight: 9, arbitrary: id }, { weight: 1, arbitrary: fc.constant(undefined) })
const count = fc.nat(2_000)

const tokens = fc.record({ input: count, output: count }).map(({ input, output }) => ({
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
}))
const written = fc.nat(50).map((count) => ({ 'gen_ai.usage.cache_creation.input_tokens': count }))
const cost = fc.nat(5_000_000).map((nanos) => ({ 'gen_ai.usage.cost': nanos / 1e9 }))
const model = fc.constantFrom('gpt-9', 'claude-8', 'e5').map((name) => ({ 'gen_ai.request.model': name }))
const kind = fc
  .constantFrom('chat', 'execute_tool', 'invoke_agent', 'embeddings', 'retrieval')
  .map((name) => ({ 'gen_ai.operation.name': name }))
/** The span of the application's call, which stands for a call of the model if the model's span never ends. */
const outer = fc
  .constantFrom('ai.streamText', 'ai.generateObject')
  .map((name) => ({ 'ai.operationId': name }))
const people = fc.record(
  {
    'user.id': fc.constantFrom('u1', 'u2', 'u3'),
    'tag.tags': fc.subarray(['beta', 'eu', 'vip']),
    'deployment.environment.name': fc.constantFrom('production', 'staging'),
  },
  { requiredKeys: [] },
)
const all = <T extends object>(...parts: fc.Arbitrary<T | object>[]) =>
  fc.tuple(...parts).map((some) => Object.assign({}, ...some) as Record<string, unknown>)
const maybe = <T extends object>(part: fc.Arbitrary<T>) => fc.oneof(fc.constant({}), part)

/** A span in a trace of at most eight, below an earlier one, a missing one, or none. */
const place = fc.record({ trace: fc.constantFrom('t1', 't1', 't2'), parent: fc.integer({ min: -2, max: 7 }) })

const workSpan = fc
  .record({
    place,
    session: idOrNone,
    work: fc.oneof(
      { weight: 6, arbitrary: all(kind, maybe(model), maybe(tokens), maybe(cost), maybe(written)) },
      { weight: 1, arbitrary: all(outer, maybe(tokens)) },
    ),
    people,
    isWork: fc.boolean(),
    start: fc.nat(10_000),
    length: fc.integer({ min: -500, max: 5_000 }),
    isError: fc.boolean(),
  })
  .map((one) => (index: number): EndedSpan => {
    const { session, work, isWork, start, length, isError } = one
    const { trace, parent } = one.place
    return spanOf({
      id: `w${index}`,
      trace,
      parent: parent === -1 || index === 0 ? undefined : parent < 0 ? 'missing' : `w${parent % index}`,
      session,
      start,
      end: start + length,
      isError,
      // A span without a session only links others; it has a test of its own.
      attributes: { ...(isWork && session !== undefined ? work : {}), ...one.people },
    })
  })

const someSessionSpan = fc
  .record({
    session: id,
    start: fc.nat(10_000),
    sessionSpan: fc.oneof(
      id.map((previous) => ({ name: 'session.start', attributes: { 'session.previous_id': previous } })),
      fc.constant({ name: 'session.event', attributes: { 'session.event.name': 'click' } }),
      fc.constant({ name: 'session.attachment', attributes: {} }),
      fc
        .record({
          score: fc.option(fc.integer({ min: -50, max: 50 })),
          about: fc.constantFrom(undefined, 'stars', '__proto__'),
        })
        .map(({ score, about }) => ({
          name: 'session.feedback',
          attributes: {
            'session.feedback.name': about,
            'session.feedback.score': score === null ? undefined : score / 10,
          },
        })),
      fc
        .record({
          state: fc.constantFrom('success', 'failure', 'indeterminate'),
          reason: fc.constantFrom('a', 'b'),
        })
        .map(({ state, reason }) => ({
          name: 'session.end',
          attributes: { 'session.end.state': state, 'session.end.reason': reason },
        })),
    ),
  })
  .map(({ session, start, sessionSpan }) => (index: number): EndedSpan => {
    return spanOf({ id: `o${index}`, trace: `session-span-${index}`, session, start, ...sessionSpan })
  })

/** Spans of several sessions in several traces, each once, with session spans. */
export const someSpans: fc.Arbitrary<EndedSpan[]> = fc
  .tuple(fc.array(workSpan, { maxLength: 24 }), fc.array(someSessionSpan, { maxLength: 8 }))
  .map(([work, sessionSpans]) => [...work, ...sessionSpans].map((make, index) => make(index)))

/** The same spans in another order, some of them repeated. */
export const shuffled = (spans: readonly EndedSpan[]): fc.Arbitrary<EndedSpan[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...spans], { minLength: spans.length, maxLength: spans.length }),
      fc.subarray([...spans]),
    )
    .map(([order, again]) => [...order, ...again])
