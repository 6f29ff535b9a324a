import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { checkSessionId } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Attributes, hostileSets } from './hostile-attributes.ts'
import { hostileSpan, leavesAlone, SPAN_KINDS } from './spans.ts'

const ID = 'user_123_conv_456'
const inside = contextWithSession(ROOT_CONTEXT, {
  sessionId: ID,
  userId: 'user_123',
  metadata: { plan: 'pro' },
  tags: ['t'],
})
const cleared = contextWithSession(ROOT_CONTEXT, null)

type HostileSpan = ReturnType<typeof hostileSpan>

/** Exports one span through its own exporter, and returns what arrived. */
function exportSpan(span: HostileSpan): HostileSpan[] {
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
  return arrived
}

/** Reading the attributes may throw if the span is exported as it is. */
function exportedId(span: HostileSpan): unknown {
  try {
    return (span.attributes as Attributes)['session.id']
  } catch {
    return undefined
  }
}

test('processor and exporter never throw, and export every span with a valid session or none', () => {
  const kinds = fc.constantFrom(...SPAN_KINDS)
  const contexts = fc.constantFrom(ROOT_CONTEXT, inside, cleared)
  const processors = [
    new SessionSpanProcessor(),
    new SessionSpanProcessor({ onOverwrite: 'accept', maxLength: 64 }),
  ]
  const late = fc.boolean()
  fc.assert(
    fc.property(
      hostileSets,
      hostileSets,
      kinds,
      contexts,
      fc.nat(1),
      late,
      (make, makeLate, kind, from, which, runsLate) => {
        const processor = runsLate ? processors[which] : new SessionSpanProcessor()
        const set = make()
        const span = hostileSpan(set, kind)
        const isCleared = from === cleared && kind === 'usual' && !Object.hasOwn(set.target, 'session.id')
        processor?.onStart(span, from)
        for (const [key, value] of Object.entries(Object.getOwnPropertyDescriptors(makeLate().target))) {
          Reflect.defineProperty(set.target, key, value)
        }
        if (runsLate) processor?.onEnding(span)
        expect(leavesAlone(set, () => processor?.onEnd(span))).toBe(true)

        let arrived: HostileSpan[] = []
        expect(leavesAlone(set, () => (arrived = exportSpan(span)))).toBe(true)
        expect(arrived).toHaveLength(1)
        const [first] = arrived
        // A view must be right; a span that cannot be read is exported as it is.
        if (first === undefined || first === span) return
        const id = exportedId(first)
        expect(id === undefined || checkSessionId(id).ok).toBe(true)
        if (isCleared) expect(id).toBeUndefined()
      },
    ),
    { numRuns: 30_000 },
  )
})

test('the exporter alone changes only the session, and nothing in place', () => {
  fc.assert(
    fc.property(hostileSets, (make) => {
      const set = make()
      const span = hostileSpan(set, 'usual')
      let arrived: HostileSpan[] = []
      expect(leavesAlone(set, () => (arrived = exportSpan(span)))).toBe(true)
      const [first] = arrived
      if (first === undefined || first === span) return
      const exported: Attributes = first.attributes
      const others = (attributes: object) => Object.keys(attributes).filter((key) => key !== 'session.id')
      expect(others(exported)).toEqual(others(set.target))
      for (const key of others(exported)) expect(Object.is(exported[key], set.target[key])).toBe(true)
    }),
    { numRuns: 20_000 },
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
    { numRuns: 10_000 },
  )
})
