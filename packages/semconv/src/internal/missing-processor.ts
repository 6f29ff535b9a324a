import { problemLog } from './toolbox/problem-log.ts'
import { processState } from './toolbox/process-state.ts'

/** The package whose problems these are. */
export const PROCESSOR = '@otel-sessions/processor'

/** The problem log of the processor. The exporter reports one of its codes. */
export const processorLog = /* @__PURE__ */ problemLog<string>(
  PROCESSOR,
  (code) => `logged once; processStats().problems counts it as "${code}"`,
)

/** Reports that spans get no session from scopes or their parents: a provider has no `SessionSpanProcessor`. */
export function reportMissingProcessor(): void {
  processorLog.report('processor:missing', () => {
    return 'spans get no session: their provider lacks sessionProcessors or SessionSpanProcessor'
  })
}

/** Reports a span that reaches an exporter without a record. It needs none in a process that enters no scope. */
export function reportBareSpan(): void {
  if (processState().hasScopes) reportMissingProcessor()
}
