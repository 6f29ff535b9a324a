import { ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { BackfillOptions } from '@otel-sessions/exporter/backfill'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { startBackfilling, stopBackfilling } from './support.ts'

/** What an application does to its spans. A span is identified by the order of the starts. */
type Step =
  | { do: 'start'; below: number | undefined; session: string | undefined }
  | { do: 'name'; span: number; session: string }
  | { do: 'end'; span: number }
  | { do: 'flush' }

const REJECTED = 'x'.repeat(200)
const session = fc.constantFrom('user_1_conv_1', 'user_1_conv_1', 'user_1_conv_1', 'user_2_conv_2', REJECTED)
const index = fc.nat({ max: 11 })
const start = fc.record({
  do: fc.constant('start' as const),
  below: fc.option(index, { nil: undefined, freq: 5 }),
  session: fc.option(session, { nil: undefined, freq: 1 }),
})
const name = fc.record({ do: fc.constant('name' as const), span: index, session })
const end = fc.record({ do: fc.constant('end' as const), span: index })
const flush = fc.constant({ do: 'flush' as const })

const program = (...others: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof({ arbitrary: start, weight: 5 }, name, { arbitrary: end, weight: 4 }, ...others), {
    maxLength: 40,
  })

interface Outcome {
  /** By span: what it was exported with; missing if it was not exported. */
  readonly exported: Readonly<Record<string, unknown>>
  /** By span: the tree that it belongs to. */
  readonly trees: readonly number[]
  /** Spans that have a rejected ID. */
  readonly rejected: ReadonlySet<number>
  readonly stats: { readonly spans: number; readonly waiting: number }
}

async function run(
  steps: readonly Step[],
  option: BackfillOptions | undefined,
  setup: Parameters<typeof startBackfilling>[1],
): Promise<Outcome> {
  const { tracer, provider, exported, exporter } = startBackfilling(option, setup)
  const spans: Span[] = []
  const trees: number[] = []
  // A span that starts after its parent and the first span of the trace have ended is later work.
  const treeOf = (parent: Span | undefined) => {
    const tree = parent === undefined ? undefined : trees[spans.indexOf(parent)]
    const goesOn = parent?.isRecording() || (tree !== undefined && spans[tree]?.isRecording())
    return goesOn ? (tree ?? 0) : spans.length
  }
  for (const step of steps) {
    if (step.do === 'start') {
      const parent = step.below === undefined ? undefined : spans[step.below % Math.max(1, spans.length)]
      const at = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent)
      trees.push(treeOf(parent))
      const attributes = step.session === undefined ? {} : { thread_id: step.session }
      spans.push(tracer.startSpan(String(spans.length), { attributes }, at))
    } else if (step.do === 'flush') await provider.forceFlush()
    else {
      const span = spans[step.span]
      if (step.do === 'end') span?.end()
      else span?.setAttribute('session.id', step.session)
    }
  }
  const rejected = new Set<number>()
  spans.forEach((span, at) => {
    if (Object.values((span as unknown as ReadableSpan).attributes).includes(REJECTED)) rejected.add(at)
  })
  for (const span of spans.toReversed()) if (span.isRecording()) span.end()
  await provider.forceFlush()
  const { spans: count, waiting } = exporter.stats()
  stopBackfilling()
  return { exported: exported(), trees, rejected, stats: { spans: count, waiting } }
}

const setups = fc.record({
  processor: fc.constantFrom('simple', 'batch'),
  ours: fc.constantFrom('first', 'last'),
} as const)

/** The sessions of the spans of a tree, by tree. A rejected one counts as another session. */
function namedIn({ exported, trees, rejected }: Outcome): Map<number, Set<unknown>> {
  const named = new Map<number, Set<unknown>>()
  trees.forEach((tree, span) => {
    const ids = named.get(tree) ?? new Set()
    named.set(tree, ids)
    if (exported[span] !== undefined) ids.add(exported[span])
    else if (rejected.has(span)) ids.add(REJECTED)
  })
  return named
}

describe('random traces', () => {
  it('that end: every span is exported once, and a span without a session inherits the only one of its trace', async () => {
    await fc.assert(
      fc.asyncProperty(program(), setups, async (steps, setup) => {
        const without = await run(steps, undefined, setup)
        const backfilled = await run(steps, {}, setup)
        const named = namedIn(without)
        const wanted = without.trees.map((tree, span) => {
          const ids = [...(named.get(tree) ?? [])]
          const only = ids.length === 1 && ids[0] !== REJECTED ? ids[0] : undefined
          return without.exported[span] ?? (without.rejected.has(span) ? undefined : only)
        })
        expect(Object.keys(backfilled.exported)).toHaveLength(without.trees.length)
        expect(without.trees.map((_, span) => backfilled.exported[span])).toEqual(wanted)
        expect(backfilled.stats).toEqual({ spans: without.trees.length, waiting: 0 })
      }),
      { numRuns: runs(1_500) },
    )
  })

  it.each([
    ['waits', {}],
    ['hardly waits', { maxSpans: 1 }],
  ])(
    'that are flushed early: every span is exported once, and only with a session of its trace: %s',
    async (_, option) => {
      await fc.assert(
        fc.asyncProperty(program(flush), setups, async (steps, setup) => {
          const without = await run(steps, undefined, setup)
          const backfilled = await run(steps, option, setup)
          const named = namedIn(without)
          expect(Object.keys(backfilled.exported)).toHaveLength(without.trees.length)
          without.trees.forEach((tree, span) => {
            const id = backfilled.exported[span]
            if (without.exported[span] !== undefined) expect(id).toBe(without.exported[span])
            else if (id !== undefined) expect(named.get(tree)).toContain(id)
          })
          expect(backfilled.stats).toEqual({ spans: without.trees.length, waiting: 0 })
        }),
        { numRuns: runs(500) },
      )
    },
  )
})
