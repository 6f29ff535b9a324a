import { randomBytes } from 'node:crypto'
import type { EndedSpan } from '@otel-sessions/analytics'

/** The four spans of a turn, in the order in which they end: the model's, the tool's, the agent's, the request's. */
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

/** The number of spans in a turn. */
export const TURN_LENGTH = TURN.length

interface Context {
  readonly traceId: string
  readonly spanId: string
}

let bytes = randomBytes(1 << 16)
let used = 0

/** Random bytes as hexadecimal digits, like the SDK's IDs. */
function hex(length: number): string {
  if (used + length > bytes.length) {
    bytes = randomBytes(1 << 16)
    used = 0
  }
  used += length
  return bytes.toString('hex', used - length, used)
}

const RESOURCE = { attributes: { 'service.name': 'shop', 'deployment.environment.name': 'production' } }

class BenchSpan {
  readonly startTime: [number, number] = [1_700_000_000, 0]
  readonly endTime: [number, number] = [1_700_000_001, 250_000_000]
  readonly status = { code: 0 }
  readonly resource = RESOURCE
  readonly name: string
  readonly attributes: Record<string, unknown>
  readonly parentSpanContext: Context | undefined
  readonly #context: Context

  constructor(
    name: string,
    attributes: Record<string, unknown>,
    context: Context,
    parent: Context | undefined,
  ) {
    this.name = name
    this.attributes = attributes
    this.parentSpanContext = parent
    this.#context = context
  }

  spanContext(): Context {
    return this.#context
  }
}

/** New spans of one turn of a session, in the shape of the SDK's. */
export function turnOf(sessionId: string, userId: string): EndedSpan[] {
  const traceId = hex(16)
  const contexts = TURN.map(() => ({ traceId, spanId: hex(8) }))
  return TURN.map(({ name, parent, attributes }, index) => {
    const all = { 'session.id': sessionId, 'user.id': userId, ...attributes }
    return new BenchSpan(
      name,
      all,
      contexts[index] as Context,
      parent === undefined ? undefined : contexts[parent],
    )
  })
}

/** A session ID as long as a UUID. */
export const sessionIdOf = (count: number): string =>
  Buffer.from(`0192f5e8-6b1c-7c3a-8f21-${count.toString(16).padStart(12, '0')}`).toString('latin1')
