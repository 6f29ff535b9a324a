/**
 * Sessions for an existing set-up of OpenTelemetry: the processors that it has, with ours in front.
 *
 * - `session-processors.ts`: the function
 * - `options.ts`: its options, for the processor that stamps and for validation
 * - `validating-span-processor.ts`: what stands in for a processor of the application
 * - `front-validation.ts`: validation of single spans; `bursts.ts`: spans that have waited are passed on in bursts
 *
 * @module
 */
import { TAKE_OPTIONS, type TakesOptions } from '@otel-sessions/exporter/internal'
import type { SessionSpanProcessor } from '@otel-sessions/processor'
import { kindOf, processState } from '@otel-sessions/semconv/internal'
import { problems } from '../problems.ts'
import { type SessionProcessorsOptions, type SplitOptions, splitOptions, WHERE } from './options.ts'
import { type SpanProcessorLike, VALIDATES, ValidatingSpanProcessor } from './validating-span-processor.ts'

/** The processors for a provider: the one that stamps comes first; it and the others have `stats()`. */
export type SessionProcessors = [SessionSpanProcessor, ...ValidatingSpanProcessor[]]

/**
 * Puts sessions in front of the span processors of an application, whatever they are: `BatchSpanProcessor`, or a
 * vendor's. A `SessionSpanProcessor` comes first and stamps; each of the others gets spans with a valid session or
 * without one, with the keys of `backends`, and spans without a session once their trace is complete (`backfill`).
 *
 * A processor that validates by itself keeps the options that it was given: a `PersistentBatchSpanProcessor` with the
 * option `session`, one around a `SessionSpanExporter`, and one that was passed through `sessionProcessors` before. A
 * `PersistentBatchSpanProcessor` without that option takes the options of this call. A `SessionSpanProcessor` in the
 * array is moved to its front. Where options have no effect for that reason, it is logged once.
 *
 * Processors do not see what the others do to a span that validation changed: each gets a copy of its own. So a mask of
 * one of them does not mask for those beside it. Flush the provider, not one of the processors: spans that wait for
 * their trace are passed on by a flush of the provider.
 *
 * @param spanProcessors processors of OpenTelemetry SDK 1.30, 2 or 3
 * @returns a new array, for the option `spanProcessors` of a provider or of `NodeSDK`
 * @throws TypeError when an element is no span processor, and TypeError or RangeError when an option is wrong; the
 *   message names it
 * @example new NodeSDK({ spanProcessors: sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())]) })
 */
export function sessionProcessors(
  spanProcessors: readonly SpanProcessorLike[],
  options: SessionProcessorsOptions = {},
): SessionProcessors {
  const split = splitOptions(options)
  checkProcessors(spanProcessors)
  const own = processState().processors
  const given = spanProcessors.find((each) => own.has(each)) as SessionSpanProcessor | undefined
  // Options are checked whatever the processors are.
  const created = split.createProcessor()
  if (given !== undefined) reportIgnored(split.set.processor, 'the SessionSpanProcessor in the array')
  const others = spanProcessors.filter((each) => each !== given)
  return [given ?? created, ...others.map((each) => validating(each, split))]
}

function checkProcessors(spanProcessors: readonly SpanProcessorLike[]): void {
  if (!Array.isArray(spanProcessors)) {
    throw new TypeError(
      `${WHERE}: the first argument must be an array of span processors, it is ${kindOf(spanProcessors)}`,
    )
  }
  // Not every: it leaves out the holes of an array.
  for (const [index, each] of spanProcessors.entries()) {
    if (isFunction(each?.onStart) && isFunction(each.onEnd)) continue
    const hint = isFunction((each as { export?: unknown } | undefined)?.export)
      ? ': it is an exporter, which belongs into a BatchSpanProcessor'
      : ''
    throw new TypeError(
      `${WHERE}: spanProcessors[${index}] must be a span processor, with onStart and onEnd; it is ${kindOf(each)}${hint}`,
    )
  }
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

/** What stands in for a processor: itself, if it is from an earlier call. */
function validating(inner: SpanProcessorLike, { validation, set }: SplitOptions): ValidatingSpanProcessor {
  const name = inner.constructor?.name
  if (VALIDATES in inner) {
    reportIgnored(set.validation, `${name}, which sessionProcessors has returned before`)
    return inner as ValidatingSpanProcessor
  }
  const { [TAKE_OPTIONS]: take } = inner as Partial<TakesOptions>
  if (take !== undefined) {
    if (!take.call(inner, validation)) reportIgnored(set.validation, `${name}, which has options of its own`)
    return new ValidatingSpanProcessor(inner, { ownStats: () => statsOf(inner)?.session })
  }
  const exporter = (inner as { readonly _exporter?: object })._exporter
  if (isSessionSpanExporter(exporter)) {
    reportIgnored(set.validation, `${name}, whose exporter is a SessionSpanExporter`)
    return new ValidatingSpanProcessor(inner, { ownStats: () => statsOf(exporter) })
  }
  return new ValidatingSpanProcessor(inner, { options: validation })
}

// biome-ignore lint/suspicious/noExplicitAny: of one of two classes, of whichever version.
const statsOf = (owner: object): any => (owner as { stats?: () => unknown }).stats?.()

/** By a counter: the class may be of another copy, and its name minified. */
function isSessionSpanExporter(exporter: object | undefined): exporter is object {
  try {
    return exporter !== undefined && statsOf(exporter)?.notBackfilled !== undefined
  } catch {
    return false
  }
}

function reportIgnored(options: readonly string[], about: string): void {
  if (options.length === 0) return
  problems.report(
    'processors:options-ignored',
    () => `${WHERE}: ${options.join(', ')} have no effect on ${about}`,
    about,
  )
}
