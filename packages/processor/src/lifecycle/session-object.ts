import type { Attributes, HrTime } from '@opentelemetry/api'
import { ATTR_SESSION_EVENT_NAME } from '@otel-sessions/semconv'
import type { SessionFields } from '../scope/session-init.ts'
import { attachmentAttributes } from './attachments/attachment-attributes.ts'
import { feedbackAttributes } from './emit/check-arguments.ts'
import { eventAttributes, metricAttributes } from './emit/check-event.ts'
import { checkTime, timeNow } from './emit/check-time.ts'
import { reportNoSession, say } from './emit/emit-span.ts'
import { endSession } from './end-session.ts'
import { addMetadata, addTags } from './merge-fields.ts'
import { runInSession } from './run-in-session.ts'
import { type SessionState, statedBy } from './session-state.ts'
import { traceInSession } from './traces/trace-in-session.ts'
import type { Session } from './types.ts'

/**
 * The object of a session. Its methods need no `this`: they may be taken off it, and it may be behind a proxy.
 */
export function sessionObject(state: SessionState): Session {
  const pending = new Set<Promise<void>>()

  const tell = (kind: 'event' | 'feedback' | 'metric', attributes: Attributes | undefined, time?: HrTime) => {
    if (attributes !== undefined) say(state, kind, attributes, time)
  }
  const change = (name: string, fields: SessionFields | undefined) => {
    if (fields === state.fields) return
    state.fields = fields
    tell('event', { [ATTR_SESSION_EVENT_NAME]: name })
  }

  return {
    id: state.id ?? '',
    get ended() {
      return state.ended
    },
    run: (fn) => runInSession(state, fn),
    trace: (name, fn, options) => traceInSession(state, name, fn, options),
    addTag: (...tags) => change('tags', addTags(state.fields, tags)),
    setMetadata: (metadata) => change('metadata', addMetadata(state.fields, metadata)),
    event: (name, data, time) => tell('event', eventAttributes(name, data), checkTime(time)),
    feedback: (feedback) => tell('feedback', feedbackAttributes(feedback)),
    metric: (name, value) => tell('metric', metricAttributes(name, value)),
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

/** What was attached before the end is not late, however long it is on its way. */
async function attach(state: SessionState, input: unknown): Promise<void> {
  const stated = statedBy(state)
  const time = timeNow()
  if (state.id === undefined) {
    reportNoSession()
    return
  }
  try {
    const attributes = await attachmentAttributes(input, state.settings.attachments, state.id)
    if (attributes !== undefined) say(state, 'attachment', attributes, time, stated)
  } catch {
    // It counts its own problems.
  }
}
