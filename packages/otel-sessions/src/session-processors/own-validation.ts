import type { ValidationStats } from '@otel-sessions/exporter'
import { TAKE_OPTIONS, type TakesOptions } from '@otel-sessions/exporter/internal'
import { problems } from '../problems.ts'
import { VALIDATES } from './front-processor.ts'
import { type SplitOptions, WHERE } from './options.ts'
import { classNameOf, has, read } from './read.ts'
import type { SpanProcessorLike } from './types.ts'

/** The validation of a processor that validates by itself. */
export interface OwnValidation {
  /** On what the options of `sessionProcessors` have no effect; undefined if it takes them. */
  readonly ignores: string | undefined
  /** What it has counted. */
  stats(): ValidationStats | undefined
}

/**
 * The validation of each processor that validates by itself, at the beginning of an array; undefined for the first other
 * one, and for all behind that: they must get the spans that it gets, and may have written to.
 */
export function ownValidationsOf(
  processors: readonly SpanProcessorLike[],
  split: SplitOptions,
): (OwnValidation | undefined)[] {
  const known = new Map<SpanProcessorLike, OwnValidation | undefined>()
  let isBehind = false
  return processors.map((each) => {
    if (!known.has(each)) known.set(each, isBehind ? leaveValidation(each) : ownValidationOf(each, split))
    const ownValidation = isBehind ? undefined : known.get(each)
    isBehind = ownValidation === undefined
    return ownValidation
  })
}

/** A persistent processor need not validate spans once more, unless it has options of its own. */
function leaveValidation(processor: SpanProcessorLike): undefined {
  takeOf(processor)?.(undefined)
}

/** The method with which a persistent processor takes options. */
function takeOf(processor: SpanProcessorLike): TakesOptions[typeof TAKE_OPTIONS] | undefined {
  const take = read(processor, TAKE_OPTIONS)
  return typeof take === 'function' ? take.bind(processor) : undefined
}

/** The validation of a processor of these packages; undefined for others. A persistent one takes the options, if it can. */
function ownValidationOf(
  processor: SpanProcessorLike,
  { validation }: SplitOptions,
): OwnValidation | undefined {
  const stats = () => statsOf(processor)?.session
  if (has(processor, VALIDATES)) {
    return { ignores: 'a processor that sessionProcessors has returned before', stats }
  }
  const name = classNameOf(processor)
  const take = takeOf(processor)
  if (take !== undefined) {
    return {
      ignores: take(validation)
        ? undefined
        : `${name} that has the option session, or took those of another call`,
      stats,
    }
  }
  const exporter = read(processor, '_exporter')
  if (!isSessionSpanExporter(exporter)) return undefined
  return { ignores: `${name} around a SessionSpanExporter`, stats: () => statsOf(exporter) }
}

// biome-ignore lint/suspicious/noExplicitAny: of one of several classes, of whichever version.
function statsOf(owner: unknown): any {
  try {
    return (owner as { stats?: () => unknown } | undefined)?.stats?.()
  } catch {
    return undefined
  }
}

/** By a counter: the class may be of another copy, and its name minified. */
const isSessionSpanExporter = (exporter: unknown): boolean =>
  read(statsOf(exporter), 'notBackfilled') !== undefined

/** Reports options that the application has set in vain. */
export function reportIgnored(options: readonly string[], about: string): void {
  if (options.length === 0) return
  problems.report(
    'processors:options-ignored',
    () => `${WHERE}: ${options.join(', ')} have no effect on ${about}`,
    about,
  )
}
