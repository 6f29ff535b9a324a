import { diag } from '@opentelemetry/api'
import { getSession, processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, problemsOf, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const WEAK: [id: string, code: string][] = [
  ['conversation_999', 'advice:generic'],
  ['[object Promise]', 'advice:placeholder'],
  ['0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d ', 'advice:surrounding-blank'],
  ['somebody.with.a.long.name@example.com', 'advice:looks-like-email'],
]

describe('a valid but weak session ID', () => {
  it.each(WEAK)('is stamped and counted: %s', (id, code) => {
    const { tracer, sessions } = startTracing()
    const problems = problemsOf(
      () => processStats().problems,
      () => usingSession(id, () => tracer.startSpan('span').end()),
    )
    expect(problems).toEqual({ [code]: 1 })
    expect(sessions()).toEqual({ span: id })
  })

  it('is logged once, without its value', () => {
    startTracing()
    // Logged by the test before.
    const warnings = collectWarnings()
    usingSession('conversation_998', () => {})
    expect(warnings).toEqual([])
  })
})

describe('a logger that throws', () => {
  it('does not break the application', () => {
    startTracing()
    const fail = () => {
      throw new Error('logger')
    }
    diag.setLogger({ error: fail, warn: fail, info: () => {}, debug: fail, verbose: fail })
    const problems = problemsOf(
      () => processStats().problems,
      () => expect(usingSession('', () => getSession() ?? 'none')).toBe('none'),
    )
    expect(problems).toEqual({ 'session-id:empty': 1 })
  })
})
