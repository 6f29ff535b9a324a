import { problemLog } from './toolbox/problem-log.ts'
import { processSetup } from './toolbox/process-state.ts'

const PROCESSOR = '@otel-sessions/processor'

/** How the messages of the processor's codes end; the exporter reports one of them. */
export const processorHint = (code: string): string =>
  `logged once; processStats().problems counts it as "${code}"`

const log = /* @__PURE__ */ problemLog<'processor:missing'>(PROCESSOR, undefined, processorHint)

/** Reports that scopes have no effect, because a provider has no `SessionSpanProcessor`. */
export function reportMissingProcessor(provider: string): void {
  log.report('processor:missing', () => {
    return `usingSession has no effect: ${provider} lacks spanProcessors: [new SessionSpanProcessor(), …]`
  })
}

/** Reports a span that reaches an exporter without a record. It needs none in a process that enters no scope. */
export function reportBareSpan(): void {
  if (processSetup().hasScopes) reportMissingProcessor('the provider of the exporter')
}
