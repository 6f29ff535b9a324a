import { context, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { collectWarnings } from '../../../test/support/tracing.ts'

const API = Symbol.for('opentelemetry.js.api.1')
const holder = globalThis as unknown as Record<symbol, { version: string }>

afterEach(() => {
  Reflect.deleteProperty(globalThis, API)
})

it('an older copy of @opentelemetry/api that has the context manager is named, and its logger gets the message', () => {
  const warnings = collectWarnings()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  // As if an older copy had registered all of it: ours may not use that.
  Object.assign(holder[API] ?? {}, { version: '1.0.0' })
  diag.warn('does not arrive')
  expect(usingSession('user_1_conv_1', () => trace.getActiveSpan())).toBeUndefined()
  expect(processStats().problems).toEqual({ 'context:no-manager': 1 })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('registered with @opentelemetry/api 1.0.0')
  expect(warnings[0]).toContain('"npm ls @opentelemetry/api" must show one version')
})
