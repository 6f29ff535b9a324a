import type { Contribution } from '../totals/contribution.ts'
import type { CountedKind, Session } from '../totals/session.ts'
import type { WorkKind } from '../usage/span-usage.ts'

/** A flag of a span: it was seen itself, not only a child that names it as its parent. */
export const SEEN = 1
/** It was seen with a session. One without may come again, once the exporter has backfilled its session. */
export const COUNTED = 2
/** A span below it is an LLM call. */
export const CALL_BELOW = 4
/** A span below it reports usage. */
export const USAGE_BELOW = 8
/** The next span below it that is not of kind `other` is of this kind. */
export const KIND_BELOW = { tool: 16, agent: 32, retrieval: 64, embedding: 128 } satisfies Record<
  CountedKind,
  number
>

/** The flags that pass through all spans. */
export const PASSING = CALL_BELOW | USAGE_BELOW
/** The flags that pass through spans of kind `other` only. */
export const KINDS = KIND_BELOW.tool | KIND_BELOW.agent | KIND_BELOW.retrieval | KIND_BELOW.embedding

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

  constructor(id: string) {
    this.id = id
  }
}
