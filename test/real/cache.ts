import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where something that took long to get is kept: a folder of the user's, outside the repository. */
export const cachePath = (name: string): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'otel-sessions', name)
