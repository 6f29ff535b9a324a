import { SpanKind } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'

const WORDS =
  'the order has not arrived yet and a customer would like to know when it will be shipped to her new address'.split(
    ' ',
  )

/** A text of a number of characters, different for each seed. */
function textOf(characters: number, seed: number): string {
  const words: string[] = []
  let length = 0
  for (let count = 0; length < characters; count++) {
    const word = WORDS[(count * 7 + seed * 13 + ((count * seed) % 5)) % WORDS.length] as string
    words.push(word)
    length += word.length + 1
  }
  // Through bytes, so that it is a flat string, like text from the network.
  return Buffer.from(words.join(' ').slice(0, characters)).toString('latin1')
}

const small = (number: number) => ({
  'session.id': `user_${number}_conv_1`,
  'http.request.method': 'POST',
  'url.path': '/chat',
  'http.response.status_code': 200,
})

const withPrompt = (number: number) => ({
  'session.id': `user_${number}_conv_1`,
  'user.id': `user_${number}`,
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.response.id': `chatcmpl-${number.toString(36).padStart(24, 'a')}`,
  'gen_ai.request.temperature': 0.7,
  'gen_ai.request.max_tokens': 1_024,
  'gen_ai.usage.input_tokens': 512 + number,
  'gen_ai.usage.output_tokens': 128,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.request.stream': true,
  'server.address': 'api.openai.com',
  'gen_ai.prompt': textOf(2_000, number),
})

/** The kinds of spans to measure. */
export const SPANS = {
  'a prompt of 2 kB, 15 attributes': withPrompt,
  'small, 4 attributes': small,
} as const

/** Ended spans of the SDK, in batches. */
export function batchesOf(
  attributesOf: (number: number) => Record<string, string | number | boolean | string[]>,
  batches: number,
  size: number,
): ReadableSpan[][] {
  const ended: ReadableSpan[] = []
  const collect = {
    onStart: () => {},
    onEnd: (span: ReadableSpan) => ended.push(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const tracer = new BasicTracerProvider({ spanProcessors: [collect] }).getTracer('bench', '1.2.3')
  for (let number = 0; number < batches * size; number++) {
    tracer.startSpan('chat gpt-4o-mini', { kind: SpanKind.CLIENT, attributes: attributesOf(number) }).end()
  }
  return Array.from({ length: batches }, (_, batch) => ended.slice(batch * size, (batch + 1) * size))
}
