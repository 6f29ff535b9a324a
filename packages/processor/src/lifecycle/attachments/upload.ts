import { report } from '../../report/report.ts'
import { checkAddress, hrefOf } from './check-fields.ts'
import type { AttachmentSettings, LargeAttachment } from './options.ts'
import { LATE, settledInTime } from './settled-in-time.ts'

const ALONE = "an attachment's name, type, size and hash travel without its content"

/** Says of the first content that goes nowhere why. */
export function reportNotSent(why: string): void {
  report('attachment:not-sent', () => `${ALONE}: ${why}`)
}

/** Where an attachment lies after its upload, or undefined, counted. Never rejects. */
export async function uploaded(
  attachment: LargeAttachment,
  upload: NonNullable<AttachmentSettings['upload']>,
  millis: number,
): Promise<string | undefined> {
  try {
    const address = checkAddress(hrefOf(await settledInTime(millis, () => upload(attachment))))
    if ('url' in address) return address.url
    report('attachment:upload-failed', () => `${ALONE}: what upload gave is no address, ${address.problem}`)
  } catch (error) {
    const why = error === LATE ? `took longer than ${millis} ms` : 'threw, or rejected'
    report('attachment:upload-failed', () => `${ALONE}: upload ${why}`)
  }
  return undefined
}
