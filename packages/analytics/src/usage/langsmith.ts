import { LANGSMITH_GOOGLE } from './convention-table.ts'
import { json } from './json.ts'
import type { ReportedUsage, UsageDetails } from './reported-usage.ts'
import { tokens } from './values.ts'

/** What LangSmith has in JSON. */
type LangsmithDetails = UsageDetails & Pick<ReportedUsage, 'total' | 'convention'>

/**
 * Reads the parts in LangSmith's `usage_metadata`, which has LangChain's names, and the provider's total. The total that is
 * an attribute is LangSmith's own sum. Its wrapper of Google's SDK passes on Google's counts.
 */
export function langsmithDetails(value: unknown, provider: unknown): LangsmithDetails {
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
    convention: provider === 'google' ? LANGSMITH_GOOGLE : undefined,
    total: tokens((usage as { total_tokens?: unknown } | undefined)?.total_tokens),
    cached: tokens(input?.['cache_read']),
    written: byLifetime !== undefined && byLifetime > (written ?? 0) ? byLifetime : written,
    writtenHour: hour,
    reasoning: tokens(usage?.output_token_details?.['reasoning']),
  }
}
