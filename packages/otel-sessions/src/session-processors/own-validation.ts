import type { ValidationStats } from '@otel-sessions/exporter'
import { TAKE_OPTIONS, type TakesOptions } from '@otel-sessions/exporter/internal'
import { problems } from '../problems.ts'
import { VALIDATES } from './front-processor.ts'
import { type SplitOptions, WHERE } from './options.ts'
import type { SpanProcessorLike } from './types.ts'

/** The validation of a processor that validates by itself. */
export interface OwnValidation {
  /** On what the options of `sessionProcessors` have no effect; undefined if it takes them. */
  readonly ignores: string | undefined
  /** What it has counted. */
  stats(): ValidationStats | undefined
}

/** The validation of a processor of these packages; undefined for others. A persistent one takes the options, if it can. */
export function ownValidationOf(
  processor: SpanProcessorLike,
  { validation }: SplitOptions,
): OwnValidation | undefined {
  const stats = () => statsOf(processor)?.session
  if (VALIDATES in processor) {
    return { ignores: 'a processor that sessionProcessors has returned before', stats }
  }
  const name = processor.constructor?.name
  const { [TAKE_OPTIONS]: take } = processor as Partial<TakesOptions>
  if (take !== undefined) {
    return {
      ignores: take.call(processor, validation) ? undefined : `${name} with the option session`,
      stats,
    }
  }
  const { _exporter: exporter } = processor as { readonly _exporter?: object }
  if (exporter === undefined || !isSessionSpanExporter(exporter)) return undefined
  return { ignores: `${name} around a SessionSpanExporter`, stats: () => statsOf(exporter) }
}

// biome-ignore lint/suspicious/noExplicitAny: of one of several classes, of whichever version.
const statsOf = (owner: object): any => (owner as { stats?: () => unknown }).stats?.()

/** By a counter: the class may be of another copy, and its name minified. */
function isSessionSpanExporter(exporter: object): boolean {
  try {
    return statsOf(exporter)?.notBackfilled !== undefined
  } catch {
    return false
  }
}

/** Reports options that the application has set in vain. */
export function reportIgnored(options: readonly string[], about: string): void {
  if (options.length === 0) return
  problems.report(
    'processors:options-ignored',
    () => `${WHERE}: ${options.join(', ')} have no effect on ${about}`,
    about,
  )
}
