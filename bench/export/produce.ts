import { type Context, ROOT_CONTEXT, type Tracer } from '@opentelemetry/api'
import { contextWithSession } from '@otel-sessions/processor'
import { createSessionId } from '@otel-sessions/semconv'
import { words } from '../support/words.ts'

const BURST = 50
const SESSIONS = 200
const PROMPTS = 500
const PROMPT_LENGTH = 2000

/** The data of the spans, created before the measurement. */
export interface Material {
  readonly sessions: readonly Context[]
  readonly prompts: readonly string[]
}

export const material = (): Material => ({
  sessions: Array.from({ length: SESSIONS }, () => contextWithSession(ROOT_CONTEXT, createSessionId())),
  prompts: Array.from({ length: PROMPTS }, () => words(PROMPT_LENGTH)),
})

/** Starts and ends spans as fast as possible, in bursts, each followed by a turn of the event loop. */
export async function produce(tracer: Tracer, count: number, { sessions, prompts }: Material): Promise<void> {
  for (let made = 0; made < count; ) {
    for (const end = Math.min(count, made + BURST); made < end; made++) {
      makeSpan(tracer, made, sessions[made % SESSIONS], prompts[made % PROMPTS])
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Creates a span with fourteen attributes; the processor stamps the session. */
function makeSpan(tracer: Tracer, number: number, session: Context | undefined, prompt = ''): void {
  const span = tracer.startSpan('chat model-1', {}, session)
  span.setAttribute('gen_ai.operation.name', 'chat')
  span.setAttribute('gen_ai.system', 'openai')
  span.setAttribute('gen_ai.request.model', 'model-1')
  span.setAttribute('gen_ai.request.temperature', 0.7)
  span.setAttribute('gen_ai.request.max_tokens', 1024)
  span.setAttribute('gen_ai.request.top_p', 0.95)
  span.setAttribute('gen_ai.response.model', 'model-1-2026-08-01')
  span.setAttribute('gen_ai.response.id', `response-${number}`)
  span.setAttribute('gen_ai.response.finish_reasons', ['stop'])
  span.setAttribute('gen_ai.usage.input_tokens', 400 + (number % 1000))
  span.setAttribute('gen_ai.usage.output_tokens', number % 300)
  span.setAttribute('server.address', 'api.example.com')
  span.setAttribute('server.port', 443)
  span.setAttribute('gen_ai.prompt', prompt)
  span.end()
}
