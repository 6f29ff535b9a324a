// Makes attributes of what is attached to a session. `input.ts` is what `attach` accepts, with the checks of its
// fields, `options.ts` how attachments are sent. `read-attachment.ts` reads data, files (`file.ts`) and URLs,
// `content.ts` converts content into bytes and back. Calls run from this file to reading, then to the upload.
import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_SESSION_ATTACHMENT_NAME,
  ATTR_SESSION_ATTACHMENT_SHA256,
  ATTR_SESSION_ATTACHMENT_SIZE,
  ATTR_SESSION_ATTACHMENT_TYPE,
  ATTR_SESSION_ATTACHMENT_URL,
} from '@otel-sessions/semconv'
import { countOf, DeadlineError, within } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { contentAttributes } from './content.ts'
import { checkUrl, hrefOf, Unreadable } from './input.ts'
import type { AttachmentSettings, LargeAttachment } from './options.ts'
import { LOAD_MAX, type ReadAttachment, readAttachment } from './read-attachment.ts'

/**
 * The attributes of an attachment: name, type, size and hash, and its content or the URL of that. Content is complete
 * or left out, which is counted. Never rejects.
 *
 * @returns undefined where there is nothing to send, which is counted
 */
export async function attachmentAttributes(
  input: unknown,
  settings: AttachmentSettings,
  sessionId: string,
): Promise<Attributes | undefined> {
  try {
    const read = await inTime(settings, () => readAttachment(input, settings))
    return read && { ...fieldAttributes(read), ...(await whereAttributes(read, settings, sessionId)) }
  } catch (error) {
    report('attachment:unreadable', () => `an attachment is left out: ${whyUnreadable(error)}`)
    return undefined
  }
}

/** @throws what the function throws or rejects with; a DeadlineError when it takes too long */
function inTime<T>({ uploadTimeoutMillis }: AttachmentSettings, fn: () => T | PromiseLike<T>): Promise<T> {
  return within(uploadTimeoutMillis, 'it', new Promise<T>((resolve) => resolve(fn())))
}

/** Why reading failed. Of platform errors it gives the code only: their messages may contain a path. */
function whyUnreadable(error: unknown): string {
  if (error instanceof Unreadable) return error.message
  if (error instanceof DeadlineError) return 'reading it takes longer than uploadTimeoutMillis'
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : 'reading it throws'
}

function fieldAttributes({ name, type, size, sha256 }: ReadAttachment): Attributes {
  return {
    ...(name !== undefined && { [ATTR_SESSION_ATTACHMENT_NAME]: name }),
    ...(type !== undefined && { [ATTR_SESSION_ATTACHMENT_TYPE]: type }),
    ...(size !== undefined && { [ATTR_SESSION_ATTACHMENT_SIZE]: size }),
    ...(sha256 !== undefined && { [ATTR_SESSION_ATTACHMENT_SHA256]: sha256 }),
  }
}

/** The content, or its URL, or neither. */
async function whereAttributes(
  read: ReadAttachment,
  settings: AttachmentSettings,
  sessionId: string,
): Promise<Attributes> {
  const { url, bytes, name, type = '', size = 0, sha256 } = read
  if (url !== undefined) return { [ATTR_SESSION_ATTACHMENT_URL]: url }
  const { maxInlineBytes, upload } = settings
  if (bytes !== undefined && size <= maxInlineBytes) return contentAttributes(bytes, type)
  const notSent = (why: string) => report('attachment:not-sent', () => `${WITHOUT_CONTENT}: ${why}`)
  if (upload === undefined) {
    notSent(
      `it has ${countOf(size, 'byte')}, maxInlineBytes is ${maxInlineBytes}, and there is no option upload`,
    )
    return {}
  }
  if (bytes === undefined) {
    notSent(`it has ${size} bytes, and files and Blobs of more than ${LOAD_MAX} are not loaded`)
    return {}
  }
  const large: LargeAttachment = { data: bytes, name, type, size, sha256, sessionId }
  const to = await uploaded(large, upload, settings)
  return to === undefined ? {} : { [ATTR_SESSION_ATTACHMENT_URL]: to }
}

const WITHOUT_CONTENT = 'an attachment is sent without its content'

/** The URL of an attachment after its upload; undefined where that fails, which is counted. Never rejects. */
async function uploaded(
  attachment: LargeAttachment,
  upload: NonNullable<AttachmentSettings['upload']>,
  settings: AttachmentSettings,
): Promise<string | undefined> {
  const failed = (why: string) =>
    report('attachment:upload-failed', () => `${WITHOUT_CONTENT}: upload ${why}`)
  try {
    const checked = checkUrl(hrefOf(await inTime(settings, () => upload(attachment))))
    if ('url' in checked) return checked.url
    failed(`returned no valid URL, ${checked.problem}`)
  } catch (error) {
    failed(
      error instanceof DeadlineError
        ? `took longer than ${settings.uploadTimeoutMillis} ms`
        : 'threw, or rejected',
    )
  }
  return undefined
}
