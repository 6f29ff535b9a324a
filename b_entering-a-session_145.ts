
import { SessionSpanProcessor } from '@otel-sessions/processor'

const processor = new SessionSpanProcessor({ defaultSession: true })
console.log(processor.defaultSession) // a new UUID v7, or the value of OTEL_SESSION_ID

export {}
