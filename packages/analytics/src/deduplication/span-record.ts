import type { Counters } from '../counters.ts'
import type { Contribution } from '../totals/contribution.ts'
import type { CountedKind, Session } from '../totals/session.ts'
import type { WorkKind } from '../usage/span-usage.ts'
import type { CallFacts } from './call-facts.ts'

/** A flag of a span: it was seen itself, not only a child that names it as its parent. */
export const SEEN = 1
/** It was seen with a session. One without may come again, once the exporter has backfilled its session. */
export const COUNTED = 2
/** It is an LLM call, unless one is below it. */
export const CALL = 4
/** It reports usage, which counts unless usage is reported below it. */
export const USAGE = 8
/** A span below it is an LLM call. */
export const CALL_BELOW = 16
/** A span below it reports usage. */
export const USAGE_BELOW = 32
/** The next span below it that is not of kind `other` is of this kind. */
export const KIND_BELOW = { tool: 64, agent: 128, retrieval: 256, embedding: 512 } satisfies Record<
  CountedKind,
  number
>
/** It enters the process: spans above it are in another one. */
export const ENTERS = 1024
/** A span above it reports usage that counts, and nothing below that one does: it is the usage of this call too. */
export const COVERED = 2048
/** A span of another instrumentation beside it reports the same call, and counts in its place. */
export const REPORTED_BESIDE = 4096
/** It waits for the usage of a span above, in whose list it is. */
export const WAITS = 8192
/** It is a stream that was stopped after its first step: a call below it never ended, unless one has no usage. */
export const STOPPED = 16_384
/** A call below it reports no usage itself, as one that failed, and only spans of kind `other` are between. */
export const SILENT_BELOW = 32_768

/** The flags that pass through all spans. */
export const PASSING = CALL_BELOW | USAGE_BELOW
/** The flags that pass through spans of kind `other` only. */
export const KINDS =
  KIND_BELOW.tool | KIND_BELOW.agent | KIND_BELOW.retrieval | KIND_BELOW.embedding | SILENT_BELOW

/** The spans above another that are searched: traces that are deeper are mistakes. */
export const DEPTH_MAX = 256

/** A span that was seen recently, or that a child names as its parent. */
export class SpanRecord {
  readonly id: string
  /** The record that was added to the trace before. */
  next: SpanRecord | undefined = undefined
  flags = 0
  kind: WorkKind = 'other'
  parentId: string | undefined = undefined
  /** The session for which the span's kind counts; undefined if it does not count. */
  kindOf: Session | undefined = undefined
  contribution: Contribution | undefined = undefined
  /** Of an LLM call: what tells whether another span reports it too. */
  facts: CallFacts | undefined = undefined
  /** Spans below whose usage this one may report: LLM calls and embeddings without usage, or spans with such a list. */
  waiting: SpanRecord[] | undefined = undefined

  constructor(id: string) {
    this.id = id
  }
}

/** Whether a span stands for a call of its own beside those below it, which all report usage. */
const lostCall = (flags: number): boolean =>
  (flags & (STOPPED | CALL_BELOW | SILENT_BELOW)) === (STOPPED | CALL_BELOW)

/** Whether a span's LLM call or embedding counts and nothing is known to report its usage. */
export function lacksUsage({ flags, kind }: SpanRecord): boolean {
  if (lostCall(flags)) return true
  if ((flags & (USAGE | USAGE_BELOW | COVERED)) !== 0) return false
  if ((flags & (CALL | CALL_BELOW | REPORTED_BESIDE)) === CALL) return true
  return kind === 'embedding' && (flags & (COUNTED | KIND_BELOW.embedding)) === COUNTED
}

/** Adds to the totals what counts of a span by its flags, and subtracts what no longer counts. */
export function settle(record: SpanRecord, counters: Counters): void {
  const { flags, kind, kindOf, contribution } = record
  if (kindOf !== undefined && kind !== 'llm' && kind !== 'other' && (flags & KIND_BELOW[kind]) !== 0) {
    kindOf[kind]--
    record.kindOf = undefined
  }
  contribution?.settle(
    (flags & (CALL | CALL_BELOW | REPORTED_BESIDE)) === CALL || lostCall(flags),
    (flags & (USAGE | USAGE_BELOW | REPORTED_BESIDE)) === USAGE,
    lacksUsage(record),
    counters,
  )
}
