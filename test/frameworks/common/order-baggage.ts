import { context, propagation } from '@opentelemetry/api'
import { BaggageSpanProcessor } from '@opentelemetry/baggage-span-processor'
import type { Program } from '../program.ts'
import { openaiProgram } from './support/openai-program.ts'

/** The session as a baggage entry, and OpenTelemetry's processor that copies baggage onto spans. */
export const program: Program = {
  ...openaiProgram(({ sessionId }, fn) => {
    const baggage = propagation.createBaggage({ 'session.id': { value: sessionId } })
    return context.with(propagation.setBaggage(context.active(), baggage), fn)
  }),
  processors: () => [new BaggageSpanProcessor((key) => key === 'session.id')],
}
