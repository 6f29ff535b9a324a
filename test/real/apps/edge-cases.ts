import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'

/** By span ID: the session, null for none; and attributes that must match exactly. */
export type Expectations = Record<string, { session: string | null; attributes?: Attributes }>

const INVALID = ['x'.repeat(200), 'sitzung_ü_7', '   ', 'line\nbreak', '']
const TEXT = 'Grüße aus 東京 🧭, 50 % – ok'
const VALUES: Attributes = {
  'text.short': TEXT,
  'text.long': TEXT.repeat(200),
  'text.escaped': 'quote " backslash \\ tab \t',
  'number.whole': 42,
  'number.large': Number.MAX_SAFE_INTEGER,
  'number.negative': -7,
  'number.part': 0.1,
  flag: true,
  words: ['ein', 'zwei', 'três', '四'],
  numbers: [1, 2.5, -3],
  flags: [true, false],
}

export async function runCases(
  [first, second]: readonly [Tracer, Tracer],
  noted: Expectations,
): Promise<void> {
  const end = (span: Span, session: string | null, attributes?: Attributes) => {
    noted[span.spanContext().spanId] = { session, ...(attributes && { attributes }) }
    span.end()
  }

  for (const [index, id] of INVALID.entries()) {
    // Spans of both instrumentation scopes in turn, changed and unchanged ones mixed.
    end(first.startSpan('invalid at start', { attributes: { ...VALUES, 'session.id': id } }), null, VALUES)
    end(
      second.startSpan('valid at start', { attributes: { 'session.id': `user_${index}_valid` } }),
      `user_${index}_valid`,
    )
    end(second.startSpan('invalid at start', { attributes: { 'session.id': id } }), null)
    usingSession(id, () => end(first.startSpan('in an invalid scope'), null))
    usingSession(`user_${index}_scope`, () =>
      end(second.startSpan('in a scope', { attributes: VALUES }), `user_${index}_scope`, VALUES),
    )
  }

  const late = first.startSpan('alias late', { attributes: VALUES })
  late.setAttribute('thread_id', 'user_7_thread_3')
  end(late, 'user_7_thread_3', { ...VALUES, thread_id: 'user_7_thread_3' })
  const lateNumber = second.startSpan('alias late, a number')
  lateNumber.setAttribute('session_id', 4711)
  end(lateNumber, '4711', { session_id: 4711 })

  const metadata = { plan: 'pro', seats: 3, trial: false, city: 'Zürich' }
  usingSession({ sessionId: 'user_8_rich', userId: 'user_8', tags: ['beta', 'eu west'], metadata }, () => {
    const fields = { 'user.id': 'user_8', 'tag.tags': ['beta', 'eu west'] }
    end(first.startSpan('rich'), 'user_8_rich', { ...fields, metadata: JSON.stringify(metadata) })
    const replaced = second.startSpan('metadata replaced')
    replaced.setAttribute('metadata', JSON.stringify({ run: 'r-1', plan: 'theirs' }))
    end(replaced, 'user_8_rich', {
      ...fields,
      metadata: JSON.stringify({ ...metadata, plan: 'theirs', run: 'r-1' }),
    })
  })

  usingSession('user_9_explicit', () => {
    const overwritten = first.startSpan('overwritten', { attributes: VALUES })
    overwritten.setAttribute('session.id', 'user_10_other')
    end(overwritten, 'user_9_explicit', { ...VALUES, 'otel_sessions.overwritten_id': 'user_10_other' })
    usingSession(null, () =>
      end(second.startSpan('left', { attributes: { thread_id: 'user_9_thread' } }), null, {
        thread_id: 'user_9_thread',
      }),
    )
    const whole = second.startSpan('with everything', {
      kind: SpanKind.CLIENT,
      attributes: { 'session.id': 'ungültig' },
      links: [{ context: overwritten.spanContext(), attributes: { why: TEXT } }],
    })
    whole.addEvent('said', { text: TEXT, parts: [1, 2] })
    whole.recordException(new Error(TEXT))
    whole.setStatus({ code: SpanStatusCode.ERROR, message: TEXT })
    end(whole, null)
  })

  await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => interleaved(second, `user_${index}_conv_${index}`, end)),
  )
}

/** One of many concurrent spans: its child starts after all others have started. */
function interleaved(
  tracer: Tracer,
  session: string,
  end: (span: Span, session: string) => void,
): Promise<void> {
  return usingSession(session, async () => {
    const parent = tracer.startSpan('parent')
    await Promise.resolve()
    const child = tracer.startSpan('child', {}, trace.setSpan(context.active(), parent))
    await new Promise((resolve) => setImmediate(resolve))
    end(child, session)
    end(parent, session)
  })
}
