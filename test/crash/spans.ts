import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { EndedSpan } from '@otel-sessions/exporter/persistent'
import type { PlacedSpan } from '../../packages/exporter/test/persistent/encoder/support/decode.ts'
import type { Random } from './random.ts'

const resource = { attributes: { 'service.name': 'crash' } }
const instrumentationScope = { name: 'crash' }
// By whole characters: half of one is not valid text, and would rightly arrive as something else.
const TEXT = Array.from(
  'The user asks about 退款 and a café; the model thinks, and answers: "no" 🙂.\n'.repeat(400),
)

/** Text of about so many characters that compresses about as well as prompts. */
export function randomText(random: Random, length: number): string {
  const start = random.whole(0, TEXT.length - length - 1)
  return `${random.next()} ${TEXT.slice(start, start + length).join('')}`
}

/** A span that carries a checksum of itself. */
export function checkedSpan(id: string, text: string): EndedSpan {
  const { traceId, spanId } = idsOf(id)
  const span = {
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
    name: id,
    kind: 0,
    startTime: [1_763_000_000, 0],
    endTime: [1_763_000_001, 0],
    status: { code: 0 },
    attributes: { text, sum: sumOf(id, text) },
    links: [],
    events: [],
    duration: [1, 0],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
  return span as EndedSpan
}

/** The ID of a span that arrived. @throws Error when it is not what was sent */
export function checkedId({ span, scope }: PlacedSpan): string {
  const { name, attributes, traceId, spanId } = span
  const values = new Map(
    (attributes as { key: string; value: { stringValue?: string } }[]).map(({ key, value }) => [
      key,
      value.stringValue,
    ]),
  )
  const id = String(name)
  const ids = idsOf(id)
  const isWhole =
    values.get('sum') === sumOf(id, values.get('text') ?? '') &&
    hexOf(traceId) === ids.traceId &&
    hexOf(spanId) === ids.spanId &&
    (scope as { name?: unknown } | undefined)?.name === instrumentationScope.name
  if (!isWhole) throw new Error(`a span arrived that nobody sent like this: ${id.slice(0, 100)}`)
  return id
}

const sumOf = (id: string, text: string) => crc32(id + text).toString(16)
const hexOf = (base64: unknown) => Buffer.from(String(base64), 'base64').toString('hex')

function idsOf(id: string) {
  const traceId = createHash('md5').update(id).digest('hex')
  return { traceId, spanId: traceId.slice(0, 16) }
}
