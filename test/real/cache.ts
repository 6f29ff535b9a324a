import { homedir } from 'node:os'
import { join } from 'node:path'

/** The path of a cache entry, in a folder of the user, outside the repository. */
export const cachePath = (name: string): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'otel-sessions', name)
