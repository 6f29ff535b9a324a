import { randomBytes } from 'node:crypto'
import type { EndedSpan } from '@otel-sessions/analytics'

/** The four spans of a turn, in the order in which they end: a call of a model, of a tool, the agent, the request. */
const TURN: readonly { name: string; parent: number | undefined; attributes: Record<string, unknown> }[] = [
  {
    name: 'chat gpt-4o-mini',
    parent: 2,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini',
      'gen_ai.usage.input_tokens': 812,
      'gen_ai.usage.output_tokens': 164,
    },
  },
  {
    name: 'execute_tool search',
    parent: 2,
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
  },
  {
    name: 'invoke_agent support',
    parent: 3,
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'support' },
  },
  {
    name: 'POST /chat',
    parent: undefined,
    attributes: { 'http.request.method': 'POST', 'url.path': '/chat', 'http.response.status_code': 200 },
  },
]

/** How many spans a turn has. */
export const TURN_LENGTH = TURN.length

/** Turns whose IDs are made beforehand: more spans than `SessionAnalytics` remembers, so none is taken for a repeat. */
const TURNS = 1 << 15

interface Context {
  readonly traceId: string
  readonly spanId: string
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex')

const CONTEXTS: readonly Context[] = Array.from({ length: TURNS }, () => hex(16)).flatMap((traceId) =>
  TURN.map(() => ({ traceId, spanId: hex(8) })),
)

class BenchSpan {
  readonly startTime: [number, number] = [1_700_000_000, 0]
  readonly endTime: [number, number] = [1_700_000_001, 250_000_000]
  readonly status = { code: 0 }
  readonly resource = { attributes: { 'service.name': 'shop', 'deployment.environment.name': 'production' } }
  parentSpanContext: Context | undefined
  context: Context = CONTEXTS[0] as Context
  readonly name: string
  readonly attributes: Record<string, unknown>

  constructor(name: string, attributes: Record<string, unknown>) {
    this.name = name
    this.attributes = attributes
  }

  spanContext(): Context {
    return this.context
  }
}

let turn = 0

/** Spans of one turn, made once; each `next` gives them new IDs, the session's among them. */
export class Turn {
  readonly #spans = TURN.map(
    ({ name, attributes }) => new BenchSpan(name, { 'session.id': '', ...attributes }),
  )

  next(sessionId: string, userId: string): readonly EndedSpan[] {
    const first = (turn++ & (TURNS - 1)) * TURN_LENGTH
    for (let index = 0; index < TURN_LENGTH; index++) {
      const span = this.#spans[index] as BenchSpan
      const parent = TURN[index]?.parent
      span.context = CONTEXTS[first + index] as Context
      span.parentSpanContext = parent === undefined ? undefined : CONTEXTS[first + parent]
      span.attributes['session.id'] = sessionId
      span.attributes['user.id'] = userId
    }
    return this.#spans
  }
}

/** A session ID of the length of a UUID. */
export const sessionIdOf = (count: number): string =>
  Buffer.from(`0192f5e8-6b1c-7c3a-8f21-${count.toString(16).padStart(12, '0')}`).toString('latin1')
