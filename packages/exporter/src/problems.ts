import { type Logger, logNow, problemLog, reportCopies } from '@otel-sessions/semconv/internal'

const NAMESPACE = '@otel-sessions/exporter'

/** The problem log of this package: each problem is logged once in a process. */
export const problems = problemLog<string>(NAMESPACE)
reportCopies(NAMESPACE, problems)

/** Logs every time; see `logNow`. */
export const log = (level: keyof Logger, message: () => string): boolean => logNow(NAMESPACE, level, message)
