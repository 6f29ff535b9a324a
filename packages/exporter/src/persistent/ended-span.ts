import type { ExportableSpan } from '../span-types.ts'

/** The part of a span's resource that says whether its detectors are still at work (SDK 1.11 and later). */
export interface DetectedResource {
  readonly asyncAttributesPending?: boolean | undefined
  waitForAsyncAttributes?(): Promise<void>
}

/** The part of an ended span that the processor reads. Structural: the same for every line of the SDK. */
export interface EndedSpan extends ExportableSpan {
  spanContext(): { readonly traceFlags: number }
  readonly resource: DetectedResource
}

const SAMPLED = 1

/** Whether the span is to be exported at all. Throws what a hostile span throws. */
export const isSampled = (span: EndedSpan): boolean => (span.spanContext().traceFlags & SAMPLED) !== 0
