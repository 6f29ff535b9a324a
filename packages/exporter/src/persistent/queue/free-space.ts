import type { QueueContext } from '../journal/context.ts'

/** Whether the disk has as much room left as the application wants to keep. A disk that does not say has. */
export async function hasSpace({ system, settings }: QueueContext, directory: string): Promise<boolean> {
  if (settings.minFreeDiskBytes <= 0) return true
  const found = await system.fs.promises.statfs(directory).catch(() => undefined)
  return found === undefined || found.bavail * found.bsize >= settings.minFreeDiskBytes
}
