import type { HrTime } from '@opentelemetry/api'
import { ATTR_METADATA, ATTR_SESSION_LATE, ATTR_TAG_TAGS, METADATA_MAX_LENGTH } from '@otel-sessions/semconv'
import { report } from '../report/report.ts'
import { checkFields, limitTags } from '../scope/check-session.ts'
import type { CheckedSession, SessionFields } from '../scope/session-init.ts'
import type { SessionSettings } from './session-options.ts'
import type { SessionEnded } from './types.ts'

/** What a session object knows. */
export interface SessionState {
  readonly id: string
  readonly settings: SessionSettings
  /** When it began; undefined where it was resumed. */
  readonly start: HrTime | undefined
  fields: SessionFields | undefined
  ended: SessionEnded | undefined
  /** The session that was made of `fields` and `ended`, until they change. */
  made:
    | { readonly of: SessionFields | undefined; readonly late: boolean; readonly session: CheckedSession }
    | undefined
}

/** The state of a session that starts or is resumed. */
export function newState(
  id: string,
  settings: SessionSettings,
  fields: SessionFields | undefined,
  start?: HrTime,
): SessionState {
  return { id, settings, start, fields, ended: undefined, made: undefined }
}

/**
 * The session that a scope sets now. It is the same object until something changes, so that spans share what is stamped.
 */
export function currentSession(state: SessionState): CheckedSession {
  const { id, fields } = state
  const late = state.ended !== undefined
  if (state.made?.of === fields && state.made?.late === late) return state.made.session
  const session: CheckedSession = {
    kind: 'session',
    id,
    fields: late ? { ...fields, [ATTR_SESSION_LATE]: true } : fields,
  }
  state.made = { of: fields, late, session }
  return session
}

/** The fields with more tags; the same object where no tag is valid and new. Never throws. */
export function addTags(fields: SessionFields | undefined, tags: unknown): SessionFields | undefined {
  const added = checkFields({ tags: tags as string[] })?.[ATTR_TAG_TAGS]
  if (added === undefined) return fields
  const before = fields?.[ATTR_TAG_TAGS] ?? []
  const all = limitTags([...before, ...added])
  return all.length === before.length ? fields : { ...fields, [ATTR_TAG_TAGS]: all }
}

/** The fields with more metadata; the same object where none is valid, or it is too long. Never throws. */
export function addMetadata(fields: SessionFields | undefined, metadata: unknown): SessionFields | undefined {
  const added = checkFields({ metadata: metadata as Record<string, string> })?.[ATTR_METADATA]
  if (added === undefined) return fields
  const all = withinMetadataLimit({ ...(fields?.[ATTR_METADATA] as object), ...(added as object) })
  return all === undefined ? fields : { ...fields, [ATTR_METADATA]: all }
}

/** Metadata, or undefined where it is too long, which is counted. */
export function withinMetadataLimit(
  metadata: SessionFields[typeof ATTR_METADATA],
): SessionFields[typeof ATTR_METADATA] {
  if (metadata === undefined) return undefined
  const { length } = JSON.stringify(metadata)
  if (length <= METADATA_MAX_LENGTH) return metadata
  report('metadata:too-long', () => {
    return `metadata of a session is left out: together its JSON has ${length} characters, ${METADATA_MAX_LENGTH} are allowed`
  })
  return undefined
}
