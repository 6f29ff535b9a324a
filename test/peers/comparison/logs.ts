import { DiagLogLevel, diag } from '@opentelemetry/api'

/** Captures what is logged at WARN and ERROR, through `diag` and the console, until `stop` returns it. */
export function captureLogs(): { stop(): string[] } {
  const messages: string[] = []
  const keep = (...parts: unknown[]) => void messages.push(parts.map(String).join(' '))
  const { warn, error } = console
  const ignore = () => {}
  Object.assign(console, { warn: keep, error: keep })
  diag.setLogger(
    { error: keep, warn: keep, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  return {
    stop() {
      diag.disable()
      Object.assign(console, { warn, error })
      return messages
    },
  }
}
