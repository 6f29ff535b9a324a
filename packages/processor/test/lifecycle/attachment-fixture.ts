import { attachmentAttributes } from '../../src/lifecycle/attachment.ts'
import { type AttachmentOptions, attachmentSettings } from '../../src/lifecycle/attachment-settings.ts'
import { problemCounts } from '../../src/report.ts'

/** What the span of an attachment carries, by the last part of each key, and what was counted. */
export async function attach(input: unknown, options: AttachmentOptions = {}) {
  const before = problemCounts()
  const attributes = await attachmentAttributes(input, attachmentSettings(options, 'test'), 's1')
  const grown = Object.entries(problemCounts()).filter(
    ([code, count]) => count !== (before as Record<string, number>)[code],
  )
  const sent =
    attributes &&
    Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key.replace('session.attachment.', ''), value]),
    )
  return { sent, problems: grown.map(([code]) => code).sort() }
}
