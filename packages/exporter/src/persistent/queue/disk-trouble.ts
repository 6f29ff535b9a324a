import { sayOnce } from '../../report.ts'

/** Says once, for each kind of trouble, that the journal cannot be written. */
export function sayTrouble(error: unknown, directory: string): void {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
  sayOnce(
    `journal-${code}`,
    () =>
      `the journal in ${directory} cannot be written (${code}): spans are kept in memory, within maxMemoryBytes, ` +
      'until it can be written again',
  )
}

/** The disk has less room left than the application wants to keep. */
export const lowSpace = (): Error =>
  Object.assign(new Error('less than minFreeDiskBytes'), { code: 'ENOSPC' })
