import { type Attributes, context, type HrTime } from '@opentelemetry/api'
import { ATTR_SESSION_EVENT_NAME } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import type { CheckedSession, SessionFields } from '../scope/session-init.ts'
import { enterCheckedSession, runInside } from '../scope/using-session.ts'
import { attachmentAttributes } from './attachments/attachment-attributes.ts'
import { checkEnd, eventAttributes, feedbackAttributes, metricAttributes } from './emit/check-arguments.ts'
import { checkTime, timeNow } from './emit/check-values.ts'
import { emitSpan } from './emit/emit-span.ts'
import { endedBy, endSession } from './end-session.ts'
import type { SessionSettings } from './session-options.ts'
import { addMetadata, addTags, currentSession, type SessionState } from './session-state.ts'
import { traceInSession } from './traces/trace-in-session.ts'
import type { Session, SessionEnded } from './types.ts'

/** The object of a session. Its methods need no `this`: they may be detached, and the object may be behind a proxy. */
export function sessionObject(state: SessionState): Session {
  const { settings } = state
  const pending = new Set<Promise<void>>()

  const emit = (kind: 'event' | 'feedback' | 'metric', attributes: Attributes | undefined, time?: HrTime) => {
    if (attributes !== undefined) emitSpan(state, kind, attributes, time)
  }
  const change = (name: string, fields: SessionFields | undefined) => {
    if (fields === state.fields) return
    state.fields = fields
    emit('event', { [ATTR_SESSION_EVENT_NAME]: name })
  }

  return {
    id: state.id,
    get ended() {
      return state.ended
    },
    run: (fn) => runInSession(currentSession(state), fn),
    trace: (name, fn, options) => traceInSession(settings, currentSession(state), name, fn, options),
    addTag: (...tags) => change('tags', addTags(state.fields, tags)),
    setMetadata: (metadata) => change('metadata', addMetadata(state.fields, metadata)),
    event: (name, data, time) => emit('event', eventAttributes(name, data), checkTime(time)),
    feedback: (feedback) => emit('feedback', feedbackAttributes(feedback)),
    metric: (name, value) => emit('metric', metricAttributes(name, value)),
    attach(input) {
      const sending = attach(state, input)
      pending.add(sending)
      return sending.finally(() => pending.delete(sending))
    },
    end: (end) => endSession(state, end),
    async [Symbol.asyncDispose]() {
      await Promise.all(pending)
      if (state.ended === undefined && state.start !== undefined) endSession(state, undefined)
    },
  }
}

/** Emits an attachment as of now: it is not late, even if the session ends before it is read or uploaded. */
async function attach(state: SessionState, input: unknown): Promise<void> {
  const session = currentSession(state)
  const time = timeNow()
  const attributes = await attachmentAttributes(input, state.settings.attachments, state.id)
  if (attributes !== undefined) emitSpan(state, 'attachment', attributes, time, session)
}

function runInSession<T>(session: CheckedSession, fn: () => T): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`session.run(fn): fn must be a function, it is ${kindOf(fn)}`)
  }
  const outer = context.active()
  return runInside(outer, enterCheckedSession(outer, session), fn)
}

const CLEARED: CheckedSession = { kind: 'cleared', id: undefined, fields: undefined }

/**
 * The object of a session whose ID is invalid. It runs functions without a session, emits nothing, and counts every
 * call.
 */
export function objectWithoutSession(settings: SessionSettings): Session {
  let ended: SessionEnded | undefined
  const count = () => {
    report('session-span:no-session', () => 'a session object emits nothing: its session ID is invalid')
  }
  return {
    id: '',
    get ended() {
      return ended
    },
    run(fn) {
      count()
      return runInSession(CLEARED, fn)
    },
    trace(name, fn, options) {
      count()
      return traceInSession(settings, CLEARED, name, fn, options)
    },
    addTag: count,
    setMetadata: count,
    event: count,
    feedback: count,
    metric: count,
    attach: async () => count(),
    end(end) {
      count()
      const checked = ended === undefined ? checkEnd(end, undefined) : undefined
      if (checked !== undefined) ended = endedBy(checked)
    },
    async [Symbol.asyncDispose]() {},
  }
}
