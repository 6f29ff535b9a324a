/**
 * Sessions for an existing set-up of OpenTelemetry: the processors that it has, with ours in front.
 *
 * - `session-processors.ts`: the function
 * - `options.ts`: its options, for the processor that stamps and for validation
 * - `front-processor.ts`: what stands in for a processor of the application; `types.ts`: what it looks like
 * - `front-validation.ts`: validation of single spans; `span-copy.ts`: copies of those that it changes; `sdk-span.ts`: the
 *   fields of the SDK's spans
 * - `bursts.ts`: spans that have waited are passed on in bursts; `process-exit.ts`: what waits when the process exits
 * - `own-validation.ts`: processors that validate by themselves; `read.ts`: reads what may throw
 *
 * @module
 */
import type { SessionSpanProcessor } from '@otel-sessions/processor'
import { kindOf, processState } from '@otel-sessions/semconv/internal'
import { problems } from '../problems.ts'
import { FrontProcessor, VALIDATES } from './front-processor.ts'
import { FrontValidation } from './front-validation.ts'
import { asOwnError, type SessionProcessorsOptions, splitOptions, WHERE } from './options.ts'
import { ownValidationsOf, reportIgnored } from './own-validation.ts'
import { classNameOf, has, read } from './read.ts'
import type { SpanProcessorLike, ValidatingSpanProcessor } from './types.ts'

/** The processors for a provider: the one that stamps comes first; it and the others have `stats()`. */
export type SessionProcessors = [SessionSpanProcessor, ...ValidatingSpanProcessor[]]

/**
 * Puts sessions in front of the span processors of an application, whatever they are: `BatchSpanProcessor`, or a
 * vendor's. A `SessionSpanProcessor` comes first and stamps. The others get spans with a valid session or without one, with
 * the keys of `backends`; spans without a session, once their trace is complete (`backfill`). None of the processors can
 * throw into the application.
 *
 * Processors that validate by themselves, at the beginning of the array, keep the options that they were given: a
 * `PersistentBatchSpanProcessor` with the option `session`, one around a `SessionSpanExporter`, and one that
 * `sessionProcessors` has returned. A `PersistentBatchSpanProcessor` without that option takes the options of this call;
 * behind other processors, it leaves validation to this function. A `SessionSpanProcessor` in the array is moved to its
 * front. Where options have no effect for that reason, it is logged
 * once.
 *
 * A processor that gets a copy has the span's methods and all fields that it has set on the span in `onStart`, but another
 * object: key what you remember of a span, in a `Map` or `WeakMap`, by `spanContext().spanId`, not by the span.
 *
 * The processors have their spans in common, as without this function: what one of them writes to an ended span, such as a
 * mask, the next ones see. Code outside the array that keeps the SDK's span does not see it if validation has made a copy.
 * A span that waits for its trace comes after spans that ended later. For a processor that needs them in order, turn that
 * off: `backfill: false`. Flush the provider, not one of the processors that you passed: the provider's flush passes on
 * the spans that wait.
 *
 * @param spanProcessors processors of OpenTelemetry SDK 1.30, 2 or 3. If none of them exports, no span is exported, which is
 *   logged once: beside `spanProcessors`, `NodeSDK` ignores `traceExporter`
 * @returns a new array, for the option `spanProcessors` of a provider or of `NodeSDK`
 * @throws TypeError when an element is no span processor, and TypeError or RangeError when an option is wrong; the
 *   message names it
 * @example new NodeSDK({ spanProcessors: sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())]) })
 */
export function sessionProcessors(
  spanProcessors: readonly SpanProcessorLike[],
  options: SessionProcessorsOptions = {},
): SessionProcessors {
  const made = decorateProcessors(spanProcessors, options)
  if (made.length === 1) reportNone()
  return made
}

/** What `sessionProcessors` does, for a provider that may get its processors later. */
export function decorateProcessors(
  spanProcessors: readonly SpanProcessorLike[],
  options: SessionProcessorsOptions,
): SessionProcessors {
  const split = splitOptions(options)
  checkProcessors(spanProcessors)
  const own = processState().processors
  const given = spanProcessors.find((each) => own.has(each)) as SessionSpanProcessor | undefined
  // Options are checked whatever the processors are.
  const created = split.createProcessor()
  const validation = asOwnError(WHERE, () => new FrontValidation(split.validation))
  if (given !== undefined) reportIgnored(split.set.processor, 'the SessionSpanProcessor in the array')
  const others = spanProcessors.filter((each) => each !== given)
  if (new Set(others).size < others.length) reportTwice(others)
  const ownValidations = ownValidationsOf(others, split)
  return [
    given ?? created,
    ...others.map((each, index) => {
      const ownValidation = ownValidations[index]
      if (ownValidation === undefined) return new FrontProcessor(each, validation)
      const { ignores, stats } = ownValidation
      if (ignores !== undefined) reportIgnored(split.set.validation, ignores)
      return has(each, VALIDATES) ? (each as FrontProcessor) : new FrontProcessor(each, stats)
    }),
  ]
}

function reportNone(): void {
  const remedy =
    'pass what exports, such as [new BatchSpanProcessor(exporter)]; beside spanProcessors, NodeSDK ignores traceExporter'
  problems.report(
    'processors:none',
    () => `${WHERE} got no processor that exports, so no span is exported: ${remedy}`,
  )
}

function checkProcessors(spanProcessors: readonly SpanProcessorLike[]): void {
  if (!Array.isArray(spanProcessors)) {
    throw new TypeError(
      `${WHERE}: the first argument must be an array of span processors, it is ${kindOf(spanProcessors)}`,
    )
  }
  // Not every: it leaves out the holes of an array.
  for (const [index, each] of spanProcessors.entries()) {
    if (isFunction(read(each, 'onStart')) && isFunction(read(each, 'onEnd'))) continue
    const hint = isFunction(read(each, 'export'))
      ? ': it is an exporter, which belongs into a BatchSpanProcessor'
      : ''
    throw new TypeError(
      `${WHERE}: spanProcessors[${index}] must be a span processor, with onStart and onEnd; it is ${kindOf(each)}${hint}`,
    )
  }
}

function reportTwice(processors: readonly SpanProcessorLike[]): void {
  const twice = processors.find((each, index) => processors.indexOf(each) < index)
  if (twice === undefined) return
  const name = classNameOf(twice)
  problems.report(
    'processors:twice',
    () => `${WHERE}: the same ${name} is in the array twice, so it gets every span twice`,
    name,
  )
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
