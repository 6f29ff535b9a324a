import type { ReceivedSpan } from '../../demo/support/otlp.ts'
import type { RecordedSpan, RecordedTraces } from '../../packages/analytics/test/recorded.ts'
import { TURN } from '../frameworks/support/recorder.ts'
import type { Recording } from '../frameworks/support/run.ts'
import { byTurn } from '../frameworks/support/turns.ts'

/** The user whose conversation is recorded, and the order that it is about. */
const USER = 'ada'
const ORDER = 'A-1042'

/** In characters. No value that is read is longer, including JSON of usage and tags. */
const TEXT_MAX = 240

/** One user's conversation of a run. IDs are numbered and times start at 0, so that two recordings can be compared. */
export function fixtureOf(framework: string, { received, modelRequests }: Recording): RecordedTraces {
  const ids = new Map(
    byTurn(received.map((span) => ({ ...span, start: undefined })))
      .traces.filter(({ turn }) => turn.startsWith(USER))
      .flatMap(({ spans }) => spans.map(({ spanId }) => spanId))
      .map((id) => [id, true]),
  )
  const kept = received
    .filter(({ spanId }) => ids.has(spanId))
    .sort((a, b) => (BigInt(a.startNano) < BigInt(b.startNano) ? -1 : 1))
  const requests = modelRequests.filter(({ order }) => order === ORDER)
  const usages = requests.flatMap(({ usage }) => usage ?? [])
  return {
    framework,
    reported: {
      calls: requests.length,
      callsWithUsage: usages.length,
      inputTokens: sum(usages.map((usage) => usage.prompt_tokens)),
      outputTokens: sum(usages.map((usage) => usage.completion_tokens)),
      cachedInputTokens: sum(usages.map((usage) => usage.prompt_tokens_details.cached_tokens)),
      reasoningTokens: sum(usages.map((usage) => usage.completion_tokens_details.reasoning_tokens)),
    },
    spans: plain(kept),
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

function plain(spans: readonly ReceivedSpan[]): RecordedSpan[] {
  const traceId = numbering(32)
  const spanId = numbering(16)
  const first = BigInt(spans[0]?.startNano ?? 0)
  const millis = (nano: string) => Number((BigInt(nano) - first) / 1_000_000n)
  return spans.map((span) => ({
    traceId: traceId(span.traceId),
    spanId: spanId(span.spanId),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: spanId(span.parentSpanId) }),
    name: span.name,
    scope: span.scope,
    startMillis: millis(span.startNano),
    endMillis: millis(span.endNano),
    statusCode: span.statusCode,
    attributes: shorten(span.attributes),
  }))
}

function numbering(length: number): (id: string) => string {
  const seen = new Map<string, string>()
  return (id) => {
    const number = seen.get(id) ?? (seen.size + 1).toString(16).padStart(length, '0')
    seen.set(id, number)
    return number
  }
}

/** Without the test's own attribute, and with long texts truncated. */
function shorten(attributes: ReceivedSpan['attributes']): Record<string, unknown> {
  const kept = Object.entries(attributes).filter(([key]) => key !== TURN)
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      typeof value === 'string' && value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value,
    ]),
  )
}
