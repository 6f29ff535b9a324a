import type { Tracer } from '@opentelemetry/api'
import { words } from '../support/words.ts'

const TICK_MILLIS = 10
/** A longer tick means that the process was stopped: no spans end meanwhile. */
const STOPPED_MILLIS = 2000
const SESSIONS = 50

/** Starts and ends spans like those of model calls, evenly over a time, or in one burst for 0. */
export async function makeSpans(tracer: Tracer, count: number, overMillis: number): Promise<void> {
  const prompt = words(400)
  let started = performance.now()
  let before = started
  for (let made = 0; made < count; ) {
    const now = performance.now()
    if (now - before > STOPPED_MILLIS) started += now - before
    before = now
    const due = overMillis === 0 ? 1 : Math.min(1, (now - started) / overMillis)
    for (; made < due * count; made++) makeSpan(tracer, made, prompt)
    if (made < count) await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS))
  }
}

function makeSpan(tracer: Tracer, number: number, prompt: string): void {
  const span = tracer.startSpan('chat model-1', {
    attributes: {
      'session.id': `session-${number % SESSIONS}-of-the-bench`,
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'model-1',
      'gen_ai.request.temperature': 0.7,
      'gen_ai.prompt': prompt,
    },
  })
  span.setAttribute('gen_ai.response.id', `response-${number}`)
  span.setAttribute('gen_ai.response.finish_reasons', ['stop'])
  span.setAttribute('gen_ai.usage.input_tokens', 100 + (number % 900))
  span.setAttribute('gen_ai.usage.output_tokens', number % 300)
  span.end()
}
