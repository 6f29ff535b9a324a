import { createRequire, register, syncBuiltinESMExports } from 'node:module'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { FastifyInstrumentation } from '@opentelemetry/instrumentation-fastify'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { KoaInstrumentation } from '@opentelemetry/instrumentation-koa'
import { NestInstrumentation } from '@opentelemetry/instrumentation-nestjs-core'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import OpenAI from 'openai'

const openai = new OpenAIInstrumentation()

/** Instrumentations of everything that the application uses. */
export const instrumentations: readonly Instrumentation[] = [
  new HttpInstrumentation(),
  new UndiciInstrumentation(),
  new ExpressInstrumentation(),
  new FastifyInstrumentation(),
  new KoaInstrumentation(),
  new NestInstrumentation(),
  openai,
]

/** What modules that the application imports need, once the instrumentations are enabled. Those that it requires need nothing. */
export function instrumentImports(): void {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
  // The instrumentation of HTTP patches what is loaded first, by `require` or by `import`, and not the other.
  createRequire(import.meta.url)('node:http')
  syncBuiltinESMExports()
  openai.manuallyInstrument(OpenAI)
}
