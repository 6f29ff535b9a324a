import type { Attributes } from '@opentelemetry/api'
import type { AttachmentSettings } from './attachment-settings.ts'

/** What an attachment says about itself, or undefined where there is nothing to send. Never rejects. */
export async function attachmentAttributes(
  _input: unknown,
  _settings: AttachmentSettings,
  _sessionId: string,
): Promise<Attributes | undefined> {
  return undefined
}
