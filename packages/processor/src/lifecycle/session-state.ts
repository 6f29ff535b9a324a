import type { HrTime } from '@opentelemetry/api'
import type { CheckedSession, SessionFields } from '../scope/session-init.ts'
import type { SessionSettings } from './session-options.ts'
import type { Session } from './types.ts'

/** What a `Session` knows. */
export interface SessionState {
  /** Undefined where a session was resumed by something that is no session ID. */
  readonly id: string | undefined
  readonly settings: SessionSettings
  /** When it began; undefined where it began elsewhere. */
  readonly start: HrTime | undefined
  fields: SessionFields | undefined
  ended: Session['ended']
  /** What is said about `fields` and `ended` as they are, made when it is asked for. */
  checked:
    | { readonly of: SessionFields | undefined; readonly late: boolean; readonly made: CheckedSession }
    | undefined
}

const ABSENCE: CheckedSession = { kind: 'cleared', id: undefined, fields: undefined }

/** The session as a scope states it now. The same object until something changes, so that spans share what is made of it. */
export function statedBy(state: SessionState): CheckedSession {
  const { id, fields } = state
  if (id === undefined) return ABSENCE
  const late = state.ended !== undefined
  if (state.checked?.of === fields && state.checked?.late === late) return state.checked.made
  const made: CheckedSession = { kind: 'session', id, fields: late ? lateFields(fields) : fields }
  state.checked = { of: fields, late, made }
  return made
}

function lateFields(fields: SessionFields | undefined): SessionFields {
  return {
    conversationId: fields?.conversationId,
    userId: fields?.userId,
    previousSessionId: fields?.previousSessionId,
    metadata: fields?.metadata,
    tags: fields?.tags,
    late: true,
  }
}
