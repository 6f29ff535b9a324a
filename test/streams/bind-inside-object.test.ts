// Only the result of `fn` is bound, not its contents: a stream inside an object is bound separately.

import { bindSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, distinctSessionsOf, useTelemetry } from './support.ts'
import { wordsInTime } from './table/bodies.ts'
import { byForAwait } from './table/consumers.ts'

useTelemetry()

describe('a stream that bindSession binds inside an object that fn returns', () => {
  test('keeps the session', async () => {
    const { answer } = usingSession(A, () => ({ answer: bindSession(wordsInTime()) }))
    await byForAwait(answer, () => 'go on')
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})
