/** Preloaded: `registerSessions`, which needs no other OpenTelemetry. It delivers when the process ends. */
import { registerSessions } from 'otel-sessions'
import { instrumentations, instrumentImports } from './instrumentations.ts'

registerSessions({ instrumentations })
instrumentImports()
