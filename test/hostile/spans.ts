import { fingerprint, type HostileSet, same } from './hostile-attributes.ts'

/** The ways in which a span misbehaves. */
export const SPAN_KINDS = [
  'usual',
  'usual',
  'usual',
  'setAttribute throws',
  'setAttribute does nothing',
  'setAttribute truncates',
  'spanContext throws',
  'spanContext is frozen',
  'attributes throw',
] as const
export type SpanKind = (typeof SPAN_KINDS)[number]

const fail = (what: string) => () => {
  throw new Error(what)
}

/** A span with a hostile attribute set. */
export function hostileSpan({ attributes }: HostileSet, kind: SpanKind) {
  const spanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
  if (kind === 'spanContext is frozen') Object.freeze(spanContext)
  const span = {
    spanContext: kind === 'spanContext throws' ? fail('spanContext') : () => spanContext,
    isRecording: () => true,
    attributes,
    setAttribute(key: string, value: unknown) {
      if (kind === 'setAttribute throws') throw new Error('setAttribute')
      if (kind === 'setAttribute does nothing') return this
      attributes[key] = kind === 'setAttribute truncates' ? String(value).slice(0, 3) : value
      return this
    },
  }
  if (kind === 'attributes throw') Object.defineProperty(span, 'attributes', { get: fail('attributes') })
  return span
}

/** Calls `act`, and returns whether the attributes are the same afterwards. */
export function leavesAlone({ target }: HostileSet, act: () => void): boolean {
  const before = fingerprint(target)
  act()
  return same(fingerprint(target), before)
}
