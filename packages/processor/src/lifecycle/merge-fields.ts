import { METADATA_MAX_LENGTH } from '@otel-sessions/semconv'
import { report } from '../report/report.ts'
import { checkFields, limitTags } from '../scope/check-session.ts'
import type { SessionFields } from '../scope/session-init.ts'

const NO_FIELDS: SessionFields = {
  conversationId: undefined,
  userId: undefined,
  previousSessionId: undefined,
  metadata: undefined,
  tags: undefined,
}

/** Fields with more tags; the same ones where none of them is one, or new. Never throws. */
export function addTags(fields: SessionFields | undefined, tags: unknown): SessionFields | undefined {
  const added = checkFields({ tags: tags as string[] })?.tags
  if (added === undefined) return fields
  const before = fields?.tags ?? []
  const all = limitTags([...before, ...added])
  return all === undefined || all.length === before.length ? fields : { ...NO_FIELDS, ...fields, tags: all }
}

/** Fields with more metadata; the same ones where none of it may be taken, or it is too much. Never throws. */
export function addMetadata(fields: SessionFields | undefined, metadata: unknown): SessionFields | undefined {
  const added = checkFields({ metadata: metadata as Record<string, string> })?.metadata
  if (added === undefined) return fields
  const all = withinMetadataLimit({ ...fields?.metadata, ...added })
  return all === undefined ? fields : { ...NO_FIELDS, ...fields, metadata: all }
}

/** Metadata, if it may be stamped: what was there before stays, where more would be too much. */
export function withinMetadataLimit(metadata: SessionFields['metadata']): SessionFields['metadata'] {
  if (metadata === undefined) return undefined
  const { length } = JSON.stringify(metadata)
  if (length <= METADATA_MAX_LENGTH) return metadata
  report('metadata:too-long', () => {
    return `metadata of a session is left out: together its JSON has ${length} characters, ${METADATA_MAX_LENGTH} are allowed`
  })
  return undefined
}
