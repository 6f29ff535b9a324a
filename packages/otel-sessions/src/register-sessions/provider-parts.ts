import { processState } from '@otel-sessions/semconv/internal'
import type { SpanProcessorLike } from '../session-processors/types.ts'

/** What is read of a provider of the SDK. In 1.x the property has another name. */
export interface ProviderParts {
  readonly _activeSpanProcessor?: ActiveProcessor
  activeSpanProcessor?: ActiveProcessor
}

/** What a provider passes its spans to; mostly one that calls several. */
export type ActiveProcessor = Partial<SpanProcessorLike> & { readonly _spanProcessors?: SpanProcessorLike[] }

/** The processor that a provider of the SDK calls; undefined for other providers. */
export const activeProcessorOf = (provider: ProviderParts): ActiveProcessor | undefined =>
  provider._activeSpanProcessor ?? provider.activeSpanProcessor

/** Whether a processor stamps sessions, or is a composite of which one does, as that of `@vercel/otel`. */
export function stamps(processor: object): boolean {
  const { processors } = processState()
  if (processors.has(processor)) return true
  return Object.values(processor).some(
    (list) => Array.isArray(list) && list.some((each) => processors.has(each)),
  )
}
