import type { AliasPlan } from '../aliases/plan.ts'
import type { SessionIdRule } from '../session-id.ts'

/**
 * Where the processor leaves what it knows of a span: a property of the span's SpanContext object, because
 * wrapper spans pass that object through. The processor writes it, the exporter's gate reads it; neither
 * imports the other.
 */
export const SESSION_RECORD: unique symbol = Symbol.for('otel-sessions.record') as never

/** The version of the record's shape. A reader that meets another one works from the attributes alone. */
export const SESSION_RECORD_VERSION = 1

/**
 * How a span's session at its end was found.
 *
 * - `kept`: what it had at its start (nothing, for absence)
 * - `not-kept`: what it had, though the SDK truncated the attribute or had no room for it
 * - `restored`: what it had, though something else was written over it
 * - `accepted`: what was written over it, because `onOverwrite` says so
 * - `late`: what was written later on a span that may take it
 * - `learned`: what its children named
 * - `default`: the process's, because nobody names one
 */
export type Resolution = 'kept' | 'not-kept' | 'restored' | 'accepted' | 'late' | 'from-children' | 'default'

/** What a processor was told, for whoever meets its records later. */
export interface SessionRecordSettings {
  /** What happens to a `session.id` that is written over the one of a scope. */
  readonly onOverwrite: 'restore' | 'accept'
  /** Whether a bare span takes the session that its children agree on. */
  readonly inferFromChildren: boolean
  /** The attributes that name a session. */
  readonly aliases: AliasPlan
  /** Which IDs are valid. */
  readonly rule: SessionIdRule
  /** The session of what nobody else states or hints, where the process has one. */
  readonly defaultId: string | undefined
  /** The SDK calls `onEnding`, so the late rules have been applied before a span is exported. */
  runsLateRules: boolean
  /** What a flush of the processor reaches: `BatchSpanProcessor` passes none on to its exporter. */
  readonly flush: SessionFlush
}

/** Where the processor's `forceFlush` and `shutdown` meet the exporters that hold spans back. */
export interface SessionFlush {
  /** How many flushes there were. A span that ended before the last one is not to be held back. */
  count: number
  /** Each ships what it holds back of this processor's spans, and resolves when that was answered; never rejects. */
  readonly holders: Set<() => Promise<void>>
  /** Each waits for what an exporter has in flight of this processor's spans. For `forceFlush` alone. */
  readonly inFlight: Set<() => Promise<unknown>>
  /** What is to be said before the processors behind are shut down, in the same call: sessions end. None throws. */
  readonly atShutdown: Set<() => void>
}

/**
 * What the spans without a statement share that hang together in one trace and one process. The gate needs it
 * to know when a bare span may go, and notes on it what it alone finds: a session that was written after the
 * processor was done, or one that is replaced or refused.
 */
export interface SessionTrace {
  /** How many spans of the trace that have no statement are open. */
  open: number
  /** The session ID that the trace has shown first. */
  sessionId: string | undefined
  /** It has shown another one, too. */
  several: boolean
  /** The record of the span that began it, while that is open: null before, undefined after. */
  root: SessionRecord | null | undefined
}

/** The fields beside the session ID, ready to stamp. */
export interface StampedFields {
  /** Attribute and value. */
  readonly entries: readonly (readonly [key: string, value: string | readonly string[] | boolean])[]
  /** What the SDK made of the values that it did not keep as they are: an attribute length limit truncates. */
  kept: Map<string, unknown> | undefined
  /** Ours in `gen_ai.conversation.id`: never read as an alias. */
  readonly conversationId: string | undefined
  /** The JSON in `metadata`. */
  readonly metadata: string | undefined
  /** The object that the JSON was made from. */
  readonly metadataValue: Readonly<Record<string, unknown>> | undefined
}

/**
 * What the processor knows of a span's session.
 *
 * Records of statements that come from a scope, or are inherited, are shared by all spans that have them;
 * the others belong to one span. Only the processor changes them.
 */
export interface SessionRecord {
  /** Which shape this record has. */
  readonly version: typeof SESSION_RECORD_VERSION
  /**
   * What is known: the application said which session (`statement`) or that there is none (`absence`), somebody
   * else's word for it (`hint`), or nothing (`none`).
   */
  readonly kind: 'explicit' | 'cleared' | 'inferred' | 'none'
  /** The ID that the span got at its start. */
  readonly id: string | undefined
  /** Whose word the statement is: a scope's, or a span's (start attribute, `setSpanSession`). */
  readonly from: 'scope' | 'span' | undefined
  /** The statement is this very span's own, so a later write may change it. */
  readonly own: boolean
  /** The stating scope in force when the span started; compared by identity only. */
  readonly scope: unknown
  /** An invalid `session.id` among the start attributes that this absence comes from; the gate may replace it. */
  rejectedId: unknown
  /** What was stamped beside the ID. Replaced by `setSpanSession` on a span that names no session. */
  fields: StampedFields | undefined
  /** Attributes that we stamped for another session, before `setSpanSession`: the gate takes them away. */
  staleAttributes: readonly (readonly [key: string, value: unknown])[] | undefined
  /** What the processor was told that made this record. */
  readonly settings: SessionRecordSettings
  /** What the spans below inherit, made once for all of them; undefined where they share this one. */
  childRecord: SessionRecord | undefined
  /** What the spans of the trace share, where this span takes part in it. */
  readonly trace: SessionTrace | undefined
  /** What the SDK made of the ID, where an attribute length limit truncates it. */
  stampedAs: string | undefined
  /** The span is open, and this is its record. Of no meaning for shared records. */
  open: boolean
  /** How many flushes there had been when the span ended; undefined while it is open. */
  endedAfter: number | undefined
  /** The bare parent to which this span offers its session; cleared when the span ends. */
  parent: SessionRecord | undefined
  /** The session that the span's children named; null when they named several. */
  fromChildren: string | null | undefined
  /** How the session at the span's end was found, once it was. */
  resolution: Resolution | undefined
  /** The session at the span's end, once it was found. */
  resolvedId: string | undefined
}

/** The record on a span context, if there is one that this version understands. May throw what a getter throws. */
export function readRecord(spanContext: object): SessionRecord | undefined {
  const record = (spanContext as { [SESSION_RECORD]?: SessionRecord })[SESSION_RECORD]
  return record !== undefined && record.version === SESSION_RECORD_VERSION ? record : undefined
}
