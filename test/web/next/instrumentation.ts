import { registerOTel } from '@vercel/otel'
import { sessionProcessors } from 'otel-sessions'
import { sender } from './lib/sender'
import { totals } from './lib/totals'

/** Next.js calls it once in each of its runtimes. */
export function register() {
  registerOTel({ serviceName: 'chat', spanProcessors: sessionProcessors([sender, totals.processor]) })
}
