import { type Comparison, compare } from '../compare.ts'
import type { FeedResult } from '../feeds/feed.ts'
import { groupBy } from '../group.ts'
import type { WireSpan } from '../spans.ts'
import type { Received } from './start.ts'

const FLAG = 'otel_sessions.invalid_id'

/** Checks the output of the collectors behind the gateway. Returns a summary, and the problems, a line each. */
export function checkGateway(
  { spans, expect }: Pick<FeedResult, 'spans' | 'expect'>,
  { backends, noSession }: Received,
): { line: string; problems: string[] } {
  const sessionOf = (span: WireSpan) => expect(span).sessions[0] ?? ''
  const sent = groupBy(spans, sessionOf)
  const unassigned = sent.get('') ?? []
  sent.delete('')
  const written = backends.map((one) => groupBy(one, (span) => `${span.attributes['session.id']}`))
  const problems: string[] = []
  const kept: WireSpan[] = []
  const counts = { kept: 0, partial: 0 }
  for (const [session, own] of sent) {
    const on = written.map((one) => one.get(session)?.length ?? 0)
    const arrived = on.reduce((sum, count) => sum + count, 0)
    if (arrived > 0) kept.push(...own)
    if (arrived > 0 && arrived !== own.length) {
      problems.push(`session ${session}: ${arrived} of its ${own.length} spans were kept`)
    }
    if (on.every((count) => count > 0))
      problems.push(`session ${session}: on both backends, ${on.join(' and ')}`)
    if (arrived === own.length) counts.kept++
    else if (arrived > 0) counts.partial++
  }
  const dropped = sent.size - counts.kept - counts.partial
  if (counts.kept === 0 || dropped === 0) problems.push(`${counts.kept} sessions kept, ${dropped} dropped`)
  if (written.some((one) => one.size === 0)) problems.push('a backend got nothing')
  const flagged = noSession.filter(({ attributes }) => FLAG in attributes).length
  if (flagged === 0) problems.push('no span was flagged')
  problems.push(
    ...problemsAt('to the backends', compare(kept, backends.flat(), expect)),
    ...problemsAt('to the backend for no session', compare(unassigned, noSession, expect)),
  )
  const line =
    `${sent.size} sessions: ${counts.kept} kept as a whole, ${dropped} dropped as a whole, ${counts.partial} in part; ` +
    `${written.map((one) => one.size).join(' and ')} on the two backends; ` +
    `${unassigned.length} spans without a session: ${noSession.length} at the third, ${flagged} flagged`
  return { line, problems }
}

const problemsAt = (where: string, { problems }: Comparison) =>
  problems.map((problem) => `${where}: ${problem}`)
