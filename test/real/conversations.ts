/** What the users of an application know, and may ask a backend for: which of its traces were theirs. */
export interface Conversations {
  /** The traces of each session. */
  sessions: Record<string, readonly string[]>
  /** Those that came with IDs that are refused: no session may have them, and no session may be called so. */
  refused: { ids: readonly string[]; traces: readonly string[] }
}

/**
 * Compares the sessions that a backend lists with what the users know.
 *
 * @param listed the trace IDs of each session
 * @returns a line that says what is there, and what is wrong, a line each
 */
export function checkConversations(
  listed: Readonly<Record<string, readonly string[]>>,
  { sessions, refused }: Conversations,
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
    const what = refused.ids.includes(session) ? 'has an ID that is refused' : 'is nobody’s'
    problems.push(`a session is listed that ${what}, with ${shown.length} traces`)
  }
  if (traces === 0 || refused.traces.length === 0) problems.push('the users had nothing to compare with')
  const inNone = refused.traces.filter((traceId) => !Object.values(listed).flat().includes(traceId)).length
  const line =
    `${whole} of ${Object.keys(sessions).length} sessions there with all their ${traces} traces and no other; ` +
    `${inNone} of ${refused.traces.length} traces with refused IDs are in no session`
  return { line, problems }
}
