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

/** What a row gave. */
export interface Outcome {
  readonly right: number
  readonly missing: Readonly<Record<string, number>>
  readonly wrong: Readonly<Record<string, number>>
}

/** Judges the spans of a row by the session and the user that their owners have. Those of `nobody` must have none. */
export function judge(spans: readonly SentSpan[], ownerOf: (span: SentSpan) => string): Outcome {
  const missing: Record<string, number> = {}
  const wrong: Record<string, number> = {}
  let right = 0
  for (const span of spans) {
    const owner = ownerOf(span)
    const { 'session.id': sessionId, 'user.id': userId } = span.attributes
    const isShared = owner === 'nobody'
    const isForeign = (value: unknown, own: string) => value !== undefined && value !== own
    if (
      isShared ? sessionId !== undefined : isForeign(sessionId, `${owner}_conv`) || isForeign(userId, owner)
    ) {
      wrong[span.name] = (wrong[span.name] ?? 0) + 1
    } else if (!isShared && (sessionId === undefined || userId === undefined)) {
      missing[span.name] = (missing[span.name] ?? 0) + 1
    } else right++
  }
  return { right, missing, wrong }
}

/** Spans by name, such as `work 2`. */
export function show(spans: Readonly<Record<string, number>>): string {
  const names = Object.keys(spans).sort()
  return names.map((name) => `${name} ${spans[name]}`).join(', ')
}
