import { processStats } from '@otel-sessions/processor'
import {
  type AttachmentInput,
  type AttachmentOptions,
  resumeSession,
} from '@otel-sessions/processor/lifecycle'
import { startTracing } from '../../../../../test/support/tracing.ts'

/** Attaches something. Returns its attributes without `session.attachment.`, and the problems that were counted. */
export async function attach(input: unknown, options: AttachmentOptions = {}) {
  const { provider, exportedSpans } = startTracing()
  const before: Record<string, number> = { ...processStats().problems }
  const session = resumeSession('s1', { ...options, tracerProvider: provider })
  await session.attach(input as AttachmentInput)
  const attributes = exportedSpans()['session.attachment']
  const problems = Object.entries(processStats().problems).filter(([code, count]) => count !== before[code])
  return {
    sent: attributes && withoutPrefix(attributes),
    problems: problems.map(([code]) => code).sort(),
  }
}

function withoutPrefix(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(attributes).filter(([key]) => key !== 'session.id')
  return Object.fromEntries(own.map(([key, value]) => [key.replace('session.attachment.', ''), value]))
}
