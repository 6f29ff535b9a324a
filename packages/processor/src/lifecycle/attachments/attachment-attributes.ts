import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_SESSION_ATTACHMENT_NAME,
  ATTR_SESSION_ATTACHMENT_SHA256,
  ATTR_SESSION_ATTACHMENT_SIZE,
  ATTR_SESSION_ATTACHMENT_TYPE,
  ATTR_SESSION_ATTACHMENT_URL,
} from '@otel-sessions/semconv'
import { report } from '../../report/report.ts'
import { contentAttributes } from './content-attributes.ts'
import type { AttachmentSettings } from './options.ts'
import { type AttachmentSource, LOAD_MAX, readSource } from './read-attachment.ts'
import { LATE, settledInTime } from './settled-in-time.ts'
import { whyUnreadable } from './unreadable.ts'
import { reportNotSent, uploaded } from './upload.ts'

/**
 * What the span of an attachment carries: its name, type, size and hash, and its content or where that is.
 * Nothing is cut off: the content is there whole, or not at all, which is counted. Never rejects.
 *
 * @returns undefined where there is nothing to send, which is counted
 */
export async function attachmentAttributes(
  input: unknown,
  settings: AttachmentSettings,
  sessionId: string,
): Promise<Attributes | undefined> {
  try {
    const source = await settledInTime(settings.uploadTimeoutMillis, () => readSource(input, settings))
    return source && { ...wordsOf(source), ...(await whereOf(source, settings, sessionId)) }
  } catch (error) {
    const why = error === LATE ? 'it could not be read in time' : whyUnreadable(error)
    report('attachment:unreadable', () => `an attachment is left out: ${why}`)
    return undefined
  }
}

function wordsOf({ name, type, size, sha256 }: AttachmentSource): Attributes {
  return {
    ...(name !== undefined && { [ATTR_SESSION_ATTACHMENT_NAME]: name }),
    ...(type !== undefined && { [ATTR_SESSION_ATTACHMENT_TYPE]: type }),
    ...(size !== undefined && { [ATTR_SESSION_ATTACHMENT_SIZE]: size }),
    ...(sha256 !== undefined && { [ATTR_SESSION_ATTACHMENT_SHA256]: sha256 }),
  }
}

/** The content, or the address of it, or neither. */
async function whereOf(
  source: AttachmentSource,
  settings: AttachmentSettings,
  sessionId: string,
): Promise<Attributes> {
  const { url, bytes, type = '' } = source
  if (url !== undefined) return { [ATTR_SESSION_ATTACHMENT_URL]: url }
  const size = source.size ?? 0
  if (bytes !== undefined && size <= settings.maxInlineBytes) return contentAttributes(bytes, type)
  const { maxInlineBytes, upload, uploadTimeoutMillis } = settings
  if (upload === undefined) {
    reportNotSent(`it has ${size} bytes, maxInlineBytes is ${maxInlineBytes}, and there is no upload`)
    return {}
  }
  if (bytes === undefined) {
    reportNotSent(`it has ${size} bytes, and files and Blobs of more than ${LOAD_MAX} are not loaded`)
    return {}
  }
  const { name, sha256 } = source
  const to = await uploaded({ data: bytes, name, type, size, sha256, sessionId }, upload, uploadTimeoutMillis)
  return to === undefined ? {} : { [ATTR_SESSION_ATTACHMENT_URL]: to }
}
