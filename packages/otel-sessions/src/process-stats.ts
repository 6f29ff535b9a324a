import {
  type ProcessStats as StatsOfProcessor,
  processStats as statsOfProcessor,
} from '@otel-sessions/processor'
import { problemCounts } from '@otel-sessions/semconv/internal'

/** What the packages counted in this process, whichever provider, processor or copy of a package met it. */
export interface ProcessStats extends Omit<StatsOfProcessor, 'problems'> {
  /** How often each problem occurred, by its code: a rejected ID, a request whose session is unknown, and so on. */
  readonly problems: Readonly<Record<string, number>>
}

/** What the packages counted in this process: problems by code, and sessions of the session object. Plain data. */
export function processStats(): ProcessStats {
  return { ...statsOfProcessor(), problems: problemCounts() }
}
