/** The traces of an application by session, as its users know them. */
export interface Conversations {
  /** The traces of each session. */
  sessions: Record<string, readonly string[]>
  /** Invalid IDs and their traces: no session may have such an ID or such a trace. */
  invalid: { ids: readonly string[]; traces: readonly string[] }
}

/**
 * Compares the sessions that a backend lists with those that the users know.
 *
 * @param listed the trace IDs of each session
 * @returns a summary, and the problems, a line each
 */
export function checkConversations(
  listed: Readonly<Record<string, readonly string[]>>,
  { sessions, invalid }: Conversations,
): { line: string; problems: string[] } {
  const problems: string[] = []
  let whole = 0
  let traces = 0
  for (const [session, own] of Object.entries(sessions)) {
    const shown = new Set(listed[session])
    const missing = own.filter((traceId) => !shown.has(traceId))
    const foreign = [...shown].filter((traceId) => !own.includes(traceId))
    problems.push(
      ...missing.map((traceId) => `session ${session} lacks its trace ${traceId}`),
      ...foreign.map((traceId) => `session ${session} has trace ${traceId}, which is not its own`),
    )
    traces += own.length
    if (missing.length + foreign.length === 0) whole++
  }
  for (const [session, shown] of Object.entries(listed)) {
    if (session in sessions) continue
    const what = invalid.ids.includes(session) ? 'has an invalid ID' : 'belongs to no user'
    problems.push(`a listed session ${what}; traces: ${shown.length}`)
  }
  if (traces === 0 || invalid.traces.length === 0) problems.push('there was nothing to compare')
  const inNone = invalid.traces.filter((traceId) => !Object.values(listed).flat().includes(traceId)).length
  const line =
    `${whole} of ${Object.keys(sessions).length} sessions are complete, with ${traces} traces and no others; ` +
    `${inNone} of ${invalid.traces.length} traces with invalid IDs are in no session`
  return { line, problems }
}
