import type { Expected } from '../compare.ts'
import type { Conversations } from '../conversations.ts'
import type { WireSpan } from '../spans.ts'

export type ExporterKind = 'http' | 'proto'

/** The packages by what the exporters say on the wire. */
export const EXPORTERS: Record<ExporterKind, { name: string; contentType: string; protocol: string }> = {
  http: { name: 'exporter-trace-otlp-http', contentType: 'application/json', protocol: 'http/json' },
  proto: {
    name: 'exporter-trace-otlp-proto',
    contentType: 'application/x-protobuf',
    protocol: 'http/protobuf',
  },
}

/** What an application noted about itself; see witness.ts. */
export interface Noted {
  spans: WireSpan[]
  /** The content types of its exports, with their encoding. */
  wire: string[]
}

/** An application that is run until it ends, with a collector at this address. */
export interface Feed {
  name: string
  /** The content encoding that its exporter must use. */
  encoding?: string
  /** @param headers what else the exporter sends, as OTEL_EXPORTER_OTLP_HEADERS has it; none by default */
  run(exporter: ExporterKind, endpoint: string, headers?: string): Promise<FeedResult>
}

export interface FeedResult extends Noted {
  expect(span: WireSpan): Expected
  /** What else must hold of what was written. */
  check?(written: readonly WireSpan[]): string[]
  /** Which traces belong to which session, where somebody beside the application knows. */
  conversations?: Conversations
}
