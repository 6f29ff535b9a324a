import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { expect, it } from 'vitest'

it('a span that names no instrumentation is stamped, also as the first of the process', () => {
  const processor = new SessionSpanProcessor()
  for (const instrumentationScope of [undefined, null]) {
    const spanContext = {}
    const attributes: Record<string, unknown> = { 'session.id': 'user_1_conv_1' }
    const span = {
      instrumentationScope,
      attributes,
      spanContext: () => spanContext,
      setAttribute(key: string, value: unknown) {
        attributes[key] = value
      },
    }
    processor.onStart(span, ROOT_CONTEXT)
    processor.onEnding(span)
    processor.onEnd(span)
  }
  const { failed, started } = processor.stats()
  expect({ failed, explicit: started.explicit }).toEqual({ failed: 0, explicit: 2 })
})
