import type { Judged } from '../../workspaces/cases.ts'
import { Tally } from '../../workspaces/spans.ts'
import type { Collector, SentSpan } from './collector.ts'

/** A row of the table. Every difference from what it declares is a failure, also one for the better. */
export interface Row {
  /** What is run: the entry point and how it is used. */
  readonly name: string
  /** The library or the runtime, with its version. */
  readonly library: string
  /** The number of spans with the session and the user of their owner. */
  readonly right: number
  /** Spans without the session of their owner, by name. */
  readonly missing?: Readonly<Record<string, number>>
}

/** The number of spans that a row declares. */
export function countOf({ right, missing = {} }: Row): number {
  return Object.values(missing).reduce((sum, count) => sum + count, right)
}

/** Several rows that share what they start. */
export interface Group {
  readonly rows: readonly Row[]
  /**
   * Starts the program, sends the requests of all rows, and waits for their spans. Throws where an answer is wrong.
   *
   * @param wait waits for the spans of a row
   */
  run(collector: Collector, url: string, wait: () => Promise<void>): Promise<void>
}

/** Judges the spans of a row by the session and the user that their owners have. Those of `nobody` must have none. */
export function judge(spans: readonly SentSpan[], ownerOf: (span: SentSpan) => string): Judged {
  const tally = new Tally()
  for (const span of spans) {
    const owner = ownerOf(span)
    const { 'session.id': sessionId, 'user.id': userId } = span.attributes
    const isShared = owner === 'nobody'
    const isForeign = (value: unknown, own: string) => value !== undefined && value !== own
    if (
      isShared ? sessionId !== undefined : isForeign(sessionId, `${owner}_conv`) || isForeign(userId, owner)
    ) {
      tally.add('wrong', span.name)
    } else if (!isShared && (sessionId === undefined || userId === undefined)) {
      tally.add('missing', span.name)
    } else tally.add('right', span.name)
  }
  return tally
}
