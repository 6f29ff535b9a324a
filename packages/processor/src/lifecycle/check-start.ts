import type { HrTime } from '@opentelemetry/api'
import { checkSessionId, createSessionId } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report, reportInvalidId, reportWeakId } from '../report/report.ts'
import { checkFields, reportUnknownField } from '../scope/check-session.ts'
import type { SessionFields } from '../scope/session-init.ts'
import { checkTime, timeNow } from './emit/check-time.ts'
import { checkText, NAME_MAX_LENGTH } from './emit/check-values.ts'
import { withinMetadataLimit } from './merge-fields.ts'
import type { SessionStart } from './types.ts'

/** What a session is started with, checked. */
export interface CheckedStart {
  readonly id: string
  readonly name: string | undefined
  readonly previousSessionId: string | undefined
  readonly fields: SessionFields | undefined
  readonly time: HrTime
}

const FIELDS = [
  'id',
  'name',
  'userId',
  'tags',
  'metadata',
  'previousSessionId',
  'startTime',
] satisfies (keyof SessionStart)[]

/** What a session is started with, checked. What is wrong in it is left out and counted. Never throws. */
export function checkStart(init: unknown): CheckedStart {
  try {
    if (typeof init === 'object' && init !== null) return checked(init as SessionStart)
    if (init !== undefined && init !== null) {
      report('session-start:not-an-object', () => {
        return `what a session is started with is left out: it is ${kindOf(init)}, not an object with an id`
      })
    }
  } catch {
    report('session:unreadable', () => 'what a session is started with is left out: reading it throws')
  }
  return checked({})
}

function checked(init: SessionStart): CheckedStart {
  for (const key of Object.keys(init)) {
    if (!FIELDS.includes(key as never)) reportUnknownField(key, FIELDS)
  }
  const id = checkId(init.id)
  const fields = checkFields(ofStart(init))
  return {
    id,
    name: checkText('session-start:bad-name', 'the name of a session', init.name, NAME_MAX_LENGTH),
    previousSessionId: checkPrevious(fields?.previousSessionId, id),
    fields: withoutPrevious(fields),
    time: checkTime(init.startTime) ?? timeNow(),
  }
}

/** Read one by one, where each may throw; a start names no conversation. */
function ofStart(init: SessionStart): object {
  return {
    get userId() {
      return init.userId
    },
    get previousSessionId() {
      return init.previousSessionId
    },
    get metadata() {
      return init.metadata
    },
    get tags() {
      return init.tags
    },
  }
}

function checkId(id: unknown): string {
  if (id === undefined || id === null) return createSessionId()
  const check = checkSessionId(id)
  if (!check.ok) {
    reportInvalidId(
      'session-id',
      'a session ID is refused, so a session is started under a new one',
      id,
      check.reason,
    )
    return createSessionId()
  }
  reportWeakId(check.id)
  return check.id
}

function checkPrevious(previous: string | null | undefined, id: string): string | undefined {
  if (typeof previous !== 'string') return undefined
  if (previous !== id) return previous
  report(
    'session-start:same-previous',
    () => 'a previous session ID is left out: it is the ID of the session itself',
  )
  return undefined
}

/** The previous session is said by the start alone. */
function withoutPrevious(fields: SessionFields | undefined): SessionFields | undefined {
  if (fields === undefined) return undefined
  const { userId, tags } = fields
  const metadata = withinMetadataLimit(fields.metadata)
  if (typeof userId !== 'string' && tags === undefined && metadata === undefined && userId !== null)
    return undefined
  return { conversationId: undefined, previousSessionId: undefined, userId, metadata, tags }
}
