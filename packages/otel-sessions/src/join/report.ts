import { DiagConsoleLogger, type DiagLogger, DiagLogLevel } from '@opentelemetry/api'
import { processState, registeredApi } from '@otel-sessions/semconv/internal'
import { type FrontDoorProblem, problems } from '../problems.ts'
import { readLogLevel } from '../register-sessions/environment/environment.ts'
import { readText } from '../register-sessions/environment/variables.ts'

const NAME = 'otel-sessions/register'

/** What is to be logged at INFO once a logger is set. */
const infos: string[] = []

/** Says at INFO what was done: at once, or when a logger is set. `OTEL_LOG_LEVEL` may want it on the console, without one. */
export function inform(message: string): void {
  infos.push(message)
  const isWanted = readText('OTEL_LOG_LEVEL') !== undefined && readLogLevel() >= DiagLogLevel.INFO
  // A logger that is set here would make OpenTelemetry warn when the application sets its own.
  logAll(registeredApi().diag ?? (isWanted ? new DiagConsoleLogger() : undefined))
}

/** Logs what no logger has heard. Called when one is set. */
export function informUnheard(): void {
  logAll(registeredApi().diag)
}

function logAll(logger: object | undefined): void {
  if (logger === undefined) return
  try {
    for (const message of infos.splice(0)) (logger as DiagLogger).info(NAME, message)
  } catch {
    // The application's logger throws.
  }
}

/**
 * Reports what does not work, once for each thing that it is about. Who starts a process with a flag has no code before it
 * that could set a logger, so without one Node prints it, as a warning.
 */
export function warn(code: FrontDoorProblem, message: string, about?: string): void {
  const { unheard } = processState()
  const heard = unheard.length
  problems.report(code, () => `${NAME}: ${message}`, about)
  for (const [, text] of unheard.splice(heard)) process.emitWarning(text, { type: 'Warning', code })
}
