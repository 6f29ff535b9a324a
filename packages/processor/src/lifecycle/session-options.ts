import { type Context, type TimeInput, type TracerProvider, trace } from '@opentelemetry/api'
import { kindOf } from '@otel-sessions/semconv/internal'
import { type AttachmentOptions, type AttachmentSettings, attachmentSettings } from './attachments/options.ts'
import { checkOptions } from './check-option.ts'

/** A logger of OpenTelemetry, by what is used of it. */
export interface SessionLogger {
  /** Takes a log record. */
  emit(record: SessionLogRecord): void
}

/** A log record, by what is said in it. */
export interface SessionLogRecord {
  /** `session.start` or `session.end`. */
  eventName?: string
  /** When it happened. */
  timestamp?: TimeInput
  /** The session ID, the one before, the end. */
  attributes?: Record<string, string>
  /** The context of the span that says the same. */
  context?: Context
}

/** A `LoggerProvider` of OpenTelemetry, by what is used of it. */
export interface SessionLoggerProvider {
  /** Gives the logger of a library. */
  getLogger(name: string, version?: string): SessionLogger
}

/** What `startSession` and `resumeSession` are told about their surroundings. */
export interface SessionOptions extends AttachmentOptions {
  /**
   * Where the words of the session go, and the spans of `trace`.
   *
   * @default the global one, asked for each time
   */
  readonly tracerProvider?: TracerProvider | undefined
  /**
   * Where the start and the end of the session go as well, as OpenTelemetry's session events: log records with the
   * event names `session.start` and `session.end`.
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
 * The options, checked.
 *
 * @param where the function that was given them
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function sessionSettings(where: string, options: SessionOptions = {}): SessionSettings {
  checkOptions(where, options, OPTIONS)
  const { tracerProvider, loggerProvider, ...attachments } = options
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
