import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../deep/runs.ts'
import { type Attributes, type HostileSet, hostileSets, readableSets } from './hostile-attributes.ts'
import { invalidId } from './hostile-values.ts'
import { hostileSpan, leavesAlone, SPAN_KINDS, type SpanKind } from './spans.ts'

const ID = 'user_123_conv_456'
const inside = contextWithSession(ROOT_CONTEXT, {
  sessionId: ID,
  userId: 'user_123',
  metadata: { plan: 'pro' },
  tags: ['t'],
})
const CONTEXTS = { outside: ROOT_CONTEXT, inside, cleared: contextWithSession(ROOT_CONTEXT, null) }

type HostileSpan = ReturnType<typeof hostileSpan>

/** Exports one span through its own exporter, and returns what arrived, and whether the exporter could read the span. */
function exportSpan(span: HostileSpan): { arrived: HostileSpan; isRead: boolean } {
  const arrived: HostileSpan[] = []
  let results = 0
  const exporter = new SessionSpanExporter<HostileSpan>({
    export(spans, resultCallback) {
      arrived.push(...spans)
      resultCallback({ code: 0 })
    },
    async shutdown() {},
  })
  exporter.export([span], () => results++)
  expect(results).toBe(1)
  expect(arrived).toHaveLength(1)
  return { arrived: arrived[0] as HostileSpan, isRead: exporter.stats().unreadable === 0 }
}

/** Exports a span like `exportSpan`, and checks that its own attributes stay as they are. */
function exportUntouched(span: HostileSpan, set: HostileSet): ReturnType<typeof exportSpan> {
  let result: ReturnType<typeof exportSpan> | undefined
  expect(
    leavesAlone(set, () => {
      result = exportSpan(span)
    }),
  ).toBe(true)
  return result as ReturnType<typeof exportSpan>
}

const idOf = ({ attributes }: { attributes: Attributes }): unknown =>
  Object.hasOwn(attributes, 'session.id') ? attributes['session.id'] : undefined

/** Whether an attribute can be written; the processor keeps no record of a span on which a write fails. */
const isWritable = (target: Attributes) =>
  !Object.isFrozen(target) &&
  Object.values(Object.getOwnPropertyDescriptors(target)).every(({ writable }) => writable)

const processors = [
  new SessionSpanProcessor(),
  new SessionSpanProcessor({ onOverwrite: 'accept', maxLength: 64 }),
]

/** How a span is processed: where it starts, by which of the processors, and whether the SDK calls `onEnding`. */
interface Way {
  readonly from: keyof typeof CONTEXTS
  readonly which: number
  readonly runsLate: boolean
}
const ways: fc.Arbitrary<Way> = fc.record({
  from: fc.constantFrom('outside', 'inside', 'cleared'),
  which: fc.nat(1),
  runsLate: fc.boolean(),
})

/** Starts and ends a span. `change` is what happens to its attributes in between. */
function processSpan(
  span: HostileSpan,
  set: HostileSet,
  { from, which, runsLate }: Way,
  change: () => void,
): void {
  const processor = runsLate ? processors[which] : new SessionSpanProcessor()
  processor?.onStart(span, CONTEXTS[from])
  change()
  if (runsLate) processor?.onEnding(span)
  expect(leavesAlone(set, () => processor?.onEnd(span))).toBe(true)
}

function define(target: Attributes, descriptors: PropertyDescriptorMap): void {
  for (const [key, value] of Object.entries(descriptors)) Reflect.defineProperty(target, key, value)
}

test('processor and exporter never throw, and export every span with a valid session or none', () => {
  const kinds = fc.constantFrom(...SPAN_KINDS)
  fc.assert(
    fc.property(hostileSets, hostileSets, kinds, ways, (make, makeLate, kind, way) => {
      const set = make()
      const span = hostileSpan(set, kind)
      const isCleared = way.from === 'cleared' && kind === 'usual' && !Object.hasOwn(set.target, 'session.id')
      processSpan(span, set, way, () =>
        define(set.target, Object.getOwnPropertyDescriptors(makeLate().target)),
      )

      const { arrived, isRead } = exportUntouched(span, set)
      // A span that cannot be read is exported as it is.
      if (!isRead) return
      const id = idOf(arrived)
      expect(id === undefined || checkSessionId(id).ok).toBe(true)
      if (isCleared) expect(id).toBeUndefined()
    }),
    { numRuns: runs(30_000) },
  )
})

test('a span whose session.id another library overwrites with an invalid one is exported with its session or none', () => {
  const kinds = fc.constantFrom('usual', 'usual', 'setAttribute throws', 'setAttribute truncates')
  let spans = 0
  let changed = 0
  let exact = 0
  fc.assert(
    fc.property(readableSets, readableSets, invalidId, kinds, ways, (make, makeLate, invalid, kind, way) => {
      const set = make()
      const span = hostileSpan(set, kind as SpanKind)
      const isExact = kind === 'usual' && !Object.hasOwn(set.target, 'session.id') && isWritable(set.target)
      processSpan(span, set, way, () =>
        define(set.target, Object.getOwnPropertyDescriptors(makeLate().target)),
      )
      define(set.target, {
        'session.id': { value: invalid(), enumerable: true, configurable: true, writable: true },
      })

      const { arrived, isRead } = exportUntouched(span, set)
      spans++
      const id = idOf(arrived)
      if (arrived !== span) expect(id === undefined || checkSessionId(id).ok).toBe(true)
      if (!isRead) return
      changed++
      expect(arrived).not.toBe(span)
      if (!isExact) return
      exact++
      if (way.from === 'cleared') expect(id).toBeUndefined()
      if (way.from === 'inside' && way.which === 0) expect(id).toBe(ID)
    }),
    { numRuns: runs(30_000) },
  )
  // The others cannot be read.
  expect(changed / spans).toBeGreaterThan(0.95)
  expect(exact / spans).toBeGreaterThan(0.15)
})

test('the exporter alone changes only the session, and nothing in place', () => {
  fc.assert(
    fc.property(hostileSets, (make) => {
      const set = make()
      const span = hostileSpan(set, 'usual')
      const { arrived, isRead } = exportUntouched(span, set)
      if (arrived === span) return
      const exported: Attributes = arrived.attributes
      const others = (attributes: object) => Object.keys(attributes).filter((key) => key !== 'session.id')
      expect(others(exported)).toEqual(others(set.target))
      for (const key of others(exported)) {
        // What throws when it is read throws as before.
        const isSame = isRead
          ? Object.is(exported[key], set.target[key])
          : Object.getOwnPropertyDescriptor(exported, key)?.get ===
            Object.getOwnPropertyDescriptor(set.target, key)?.get
        expect(isSame).toBe(true)
      }
    }),
    { numRuns: runs(20_000) },
  )
})

test('a hostile parent does not affect its child', () => {
  const kinds = fc.constantFrom(...SPAN_KINDS)
  const processor = new SessionSpanProcessor()
  fc.assert(
    fc.property(hostileSets, kinds, fc.boolean(), (make, kind, known) => {
      const parent = hostileSpan(make(), kind)
      if (known) processor.onStart(parent, ROOT_CONTEXT)
      const under = trace.setSpan(ROOT_CONTEXT, parent as never)
      const child = {
        ...hostileSpan({ attributes: {}, target: {}, hides: false, inherited: new Set() }, 'usual'),
      }
      processor.onStart(child, under)
      processor.onEnding(child)
      processor.onEnd(child)
      const id = child.attributes['session.id']
      expect(id === undefined || checkSessionId(id).ok).toBe(true)
    }),
    { numRuns: runs(10_000) },
  )
})
