import { type Context, type TimeInput, type TracerProvider, trace } from '@opentelemetry/api'
import { checkOptions, kindOf } from '@otel-sessions/semconv/internal'
import { type AttachmentOptions, type AttachmentSettings, attachmentSettings } from './attachments/options.ts'

/** The part of an OpenTelemetry logger that is used. */
export interface SessionLogger {
  /** Emits a log record. */
  emit(record: SessionLogRecord): void
}

/** The log record of a session event. */
export interface SessionLogRecord {
  /** `session.start` or `session.end`. */
  eventName?: string
  /** When it happened. */
  timestamp?: TimeInput
  /** The session ID; the previous ID, or how the session ended. */
  attributes?: Record<string, string>
  /** The context of the session span. */
  context?: Context
}

/** The part of an OpenTelemetry `LoggerProvider` that is used. */
export interface SessionLoggerProvider {
  /** Returns the logger of an instrumentation scope. */
  getLogger(name: string, version?: string): SessionLogger
}

/** Options of `startSession` and `resumeSession`. */
export interface SessionOptions extends AttachmentOptions {
  /**
   * Makes the session spans and the spans of `trace`.
   *
   * @default the global one, looked up each time
   */
  readonly tracerProvider?: TracerProvider | undefined
  /**
   * Also emits start and end of the session as OpenTelemetry's session events: log records with the event names
   * `session.start` and `session.end`.
   *
   * @default none
   */
  readonly loggerProvider?: SessionLoggerProvider | undefined
}

/** The options, checked. */
export interface SessionSettings {
  readonly tracerProvider: () => TracerProvider
  readonly loggerProvider: SessionLoggerProvider | undefined
  readonly attachments: AttachmentSettings
}

const OPTIONS = [
  'tracerProvider',
  'loggerProvider',
  'maxInlineBytes',
  'upload',
  'uploadTimeoutMillis',
] satisfies (keyof SessionOptions)[]

/**
 * Checks the options.
 *
 * @param where the function that the messages name
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function sessionSettings(where: string, options: SessionOptions = {}): SessionSettings {
  const { tracerProvider, loggerProvider, ...attachments } = checkOptions(where, options, OPTIONS)
  checkProvider(where, 'tracerProvider', 'getTracer', tracerProvider)
  checkProvider(where, 'loggerProvider', 'getLogger', loggerProvider)
  return {
    tracerProvider: () => tracerProvider ?? trace.getTracerProvider(),
    loggerProvider,
    attachments: attachmentSettings(attachments, where),
  }
}

function checkProvider(where: string, option: string, method: string, value: unknown): void {
  if (value === undefined) return
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return
  throw new TypeError(`${where}: option ${option} must have a method ${method}, it is ${kindOf(value)}`)
}
