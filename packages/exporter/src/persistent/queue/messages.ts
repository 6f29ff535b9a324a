import { problems } from '../../problems.ts'

/** The disk does not take what is written. */
export function logDiskFailure(directory: string, code: string): void {
  problems.report(
    `journal:${code}`,
    () =>
      `the journal in ${directory} cannot be written (${code}); spans are kept in memory, up to the option ` +
      'maxMemoryBytes, until it can',
    directory,
  )
}

/** The folder of this process is not its own any more. */
export function logFolderLost(directory: string): void {
  problems.report(
    'journal:taken-over',
    () =>
      `the journal of this process in ${directory} was taken over by another process, or deleted; it goes on ` +
      'in a new folder, and spans may arrive twice',
    directory,
  )
}
