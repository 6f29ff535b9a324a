import type { ExportableSpan } from '../../../../src/span-types.ts'

/** Fields of a span of any SDK line, valid or not. */
export type Fields = Record<string, unknown>

const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }

export const resource = { attributes: { 'service.name': 'shop' } }
export const scope = { name: 'scope', version: '1.2.3' }

/** A span of SDK 2 or 3 by hand, with these fields in place of its own. */
export const plainSpan = (fields: Fields = {}): ExportableSpan =>
  ({
    spanContext: () => context,
    name: 'span',
    kind: 0,
    startTime: [1_763_000_000, 123_456_789],
    endTime: [1_763_000_001, 1],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    duration: [0, 1],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...fields,
  }) as unknown as ExportableSpan
