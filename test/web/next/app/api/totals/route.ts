import { totals } from '../../../lib/totals'

export const dynamic = 'force-dynamic'

export async function GET() {
  await totals.processor.forceFlush()
  return Response.json({ counters: totals.analytics.counters(), sessions: totals.analytics.sessions() })
}
