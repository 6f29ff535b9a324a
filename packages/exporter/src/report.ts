import { diag } from '@opentelemetry/api'

const logger = diag.createComponentLogger({ namespace: '@otel-sessions/exporter' })
// What has been said, bounded by the number of codes.
const said = new Set<string>()

/** Says something to those who look for the reason of it. Never throws: the application's logger may. */
export function sayDetail(message: () => string): void {
  try {
    logger.debug(message())
  } catch {
    // A logger that throws is not the application's problem at this place.
  }
}

/** Says something. Never throws: the application's logger may, and so may the value that is spoken of. */
export function say(message: () => string): void {
  try {
    logger.warn(message())
  } catch {
    // A logger that throws is not the application's problem at this place.
  }
}

/** Says something once in the life of the process. Never throws: the application's logger may. */
export function sayOnce(code: string, message: () => string): void {
  if (said.has(code)) return
  said.add(code)
  say(() => `${message()} (said once)`)
}
