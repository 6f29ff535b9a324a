import { json } from './json.ts'
import type { UsageDetails } from './reported-usage.ts'
import { tokens } from './values.ts'

/** Reads the parts in LangSmith's `usage_metadata`, which is LangChain's; the other counts are attributes. */
export function langsmithDetails(value: unknown): UsageDetails {
  const usage = json(value) as
    | { input_token_details?: Record<string, unknown>; output_token_details?: Record<string, unknown> }
    | undefined
  const input = usage?.input_token_details
  const fiveMinutes = tokens(input?.['ephemeral_5m_input_tokens'])
  const hour = tokens(input?.['ephemeral_1h_input_tokens'])
  const byLifetime =
    fiveMinutes === undefined && hour === undefined ? undefined : (fiveMinutes ?? 0) + (hour ?? 0)
  const written = tokens(input?.['cache_creation'])
  return {
    cached: tokens(input?.['cache_read']),
    written: byLifetime !== undefined && byLifetime > (written ?? 0) ? byLifetime : written,
    writtenHour: hour,
    reasoning: tokens(usage?.output_token_details?.['reasoning']),
  }
}
