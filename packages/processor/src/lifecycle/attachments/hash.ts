import { report } from '../../report/report.ts'
import { builtinModule } from '../platform.ts'

/** A hash that takes its bytes piece by piece. */
export interface RunningHash {
  update(bytes: Uint8Array): void
  /** As hexadecimal digits. */
  digest(encoding: 'hex'): string
}

/** Why there is no hash of what is here. */
export const NO_HASH = 'crypto.subtle is missing here, as on a page without https, or it fails'

/** SHA-256 of bytes as hexadecimal digits, or undefined, counted: this platform has none. Never rejects. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  const { crypto } = globalThis as {
    crypto?: { subtle?: { digest(name: string, bytes: Uint8Array): Promise<ArrayBuffer> } }
  }
  try {
    if (crypto?.subtle !== undefined) {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    }
  } catch {
    // Said below.
  }
  reportNoHash(NO_HASH)
  return undefined
}

/** A running SHA-256, or undefined: this platform has none. Never throws. */
export function runningSha256(): RunningHash | undefined {
  try {
    const crypto = builtinModule('node:crypto') as { createHash?: (name: string) => RunningHash } | undefined
    return crypto?.createHash?.('sha256')
  } catch {
    return undefined
  }
}

/** Says of the first attachment without a hash why it has none. */
export function reportNoHash(why: string): void {
  report('attachment:no-hash', () => `an attachment travels without its SHA-256: ${why}`)
}
