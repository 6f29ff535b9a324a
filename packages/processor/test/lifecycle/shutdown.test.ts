import { BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { processStats, SessionSpanProcessor } from '@otel-sessions/processor'
import { resumeSession, type Session, startSession } from '@otel-sessions/processor/lifecycle'
import { readRecord } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(stopTracing)

/** Keeps its spans when it is shut down. */
class Arrived extends InMemorySpanExporter {
  override shutdown(): Promise<void> {
    return Promise.resolve()
  }
}

function startBatching() {
  const arrived = new Arrived()
  const ours = new SessionSpanProcessor()
  const application = startApplication({ spanProcessors: [ours, new BatchSpanProcessor(arrived)] })
  const ends = () =>
    arrived
      .getFinishedSpans()
      .filter((span) => span.name === 'session.end')
      .map(({ attributes }) => attributes)
  return { ...application, ends }
}

describe('the shutdown of the provider', () => {
  it('ends a session with the processor that it started with, whatever other processors its spans meet', async () => {
    const [one, other] = [startApplication(), startApplication()]
    const session = startSession({ sessionId: 'user_1_conv_7' }, { tracerProvider: one.tracerProvider })
    resumeSession('user_1_conv_7', { tracerProvider: other.tracerProvider }).event('seen')
    await other.tracerProvider.shutdown()
    expect(session.ended).toBeUndefined()
    await one.tracerProvider.shutdown()
    expect(session.ended).toEqual({ state: 'indeterminate', reason: 'shutdown' })
  })

  it('ends the open sessions, and their ends pass a batch processor', async () => {
    const { tracerProvider, ends } = startBatching()
    const open = startSession({ sessionId: 'open-1', userId: 'user_1' }, { tracerProvider })
    const ended = startSession({ sessionId: 'ended-1' }, { tracerProvider })
    ended.end({ state: 'success' })
    const before = processStats().sessions
    await tracerProvider.shutdown()
    expect(ends()).toEqual([
      { 'session.id': 'ended-1', 'session.end.state': 'success' },
      {
        'session.id': 'open-1',
        'user.id': 'user_1',
        'session.end.state': 'indeterminate',
        'session.end.reason': 'shutdown',
      },
    ])
    expect(open.ended).toEqual({ state: 'indeterminate', reason: 'shutdown' })
    expect(processStats().sessions.open - before.open).toBe(-1)
  })

  it('does not end the sessions of another provider', async () => {
    const [one, other] = [startBatching(), startBatching()]
    const session = startSession({}, { tracerProvider: one.tracerProvider })
    await other.tracerProvider.shutdown()
    expect(session.ended).toBeUndefined()
    await one.tracerProvider.shutdown()
    expect(one.ends()).toHaveLength(1)
    expect(other.ends()).toEqual([])
  })

  it('does not end sessions that were resumed, replaced, or ended by another object', async () => {
    const { tracerProvider, ends } = startBatching()
    resumeSession('yesterday-1', { tracerProvider }).event('back')
    startSession({ sessionId: 'first-1' }, { tracerProvider })
    startSession({ sessionId: 'second-1', previousSessionId: 'first-1' }, { tracerProvider })
    resumeSession('second-1', { tracerProvider }).end({ state: 'success' })
    await tracerProvider.shutdown()
    expect(ends().map((end) => [end['session.id'], end['session.end.state']])).toEqual([
      ['second-1', 'success'],
    ])
  })

  it('ends a session once that was started twice', async () => {
    const { tracerProvider, ends } = startBatching()
    const sessions = [1, 2].map(() => startSession({ sessionId: 'twice-1' }, { tracerProvider }))
    await tracerProvider.shutdown()
    expect(ends()).toHaveLength(1)
    expect(sessions[1]?.ended?.reason).toBe('shutdown')
  })

  it.each([
    ['session span', (session: Session) => session.metric('turns', 1), 'session.metric'],
    ['trace', (session: Session) => session.trace('turn', () => {}), 'turn'],
  ])('ends a session whose start was not sampled, after a later %s', async (_, act, name) => {
    let sampled = false
    const arrived = new Arrived()
    const { tracerProvider } = startApplication({
      spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(arrived)],
      sampler: { shouldSample: () => ({ decision: sampled ? 2 : 0 }), toString: () => 'switch' },
    })
    const session = startSession({}, { tracerProvider })
    sampled = true
    act(session)
    await tracerProvider.shutdown()
    expect(arrived.getFinishedSpans().map((span) => span.name)).toEqual([name, 'session.end'])
  })

  it('keeps nothing of sessions that have ended', async () => {
    const { tracerProvider, ends } = startBatching()
    const before = processStats().sessions.open
    for (let round = 0; round < 100; round++) startSession({}, { tracerProvider }).end({ state: 'success' })
    expect(processStats().sessions.open).toBe(before)
    const context = tracerProvider.getTracer('test').startSpan('work').spanContext()
    expect(readRecord(context)?.settings.flush.atShutdown.size).toBe(0)
    await tracerProvider.shutdown()
    expect(ends().filter((end) => end['session.end.state'] !== 'success')).toEqual([])
  })

  it('ends the latest 10,000 sessions; older ones are forgotten, which is counted', async () => {
    const { tracerProvider } = startApplication()
    const before = processStats().sessions
    const first = startSession({}, { tracerProvider })
    const sessions: Session[] = []
    const counted = problems(() => {
      for (let index = 0; index < 10_000; index++) sessions.push(startSession({}, { tracerProvider }))
    })
    expect(counted).toEqual({ 'session-open:forgotten': 1 })
    expect(processStats().sessions.forgotten - before.forgotten).toBe(1)
    expect(processStats().sessions.open - before.open).toBe(10_000)
    await tracerProvider.shutdown()
    expect(first.ended).toBeUndefined()
    expect(sessions.every((session) => session.ended?.reason === 'shutdown')).toBe(true)
    expect(processStats().sessions.open).toBe(before.open)
  })
})
