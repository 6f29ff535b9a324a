import type { AliasPlan } from '../aliases/plan.ts'
import type { SessionIdRule } from '../session-id.ts'
import type { ReadableAttributes } from './read-attributes.ts'

/** The version of the record's shape. A reader ignores a record of another version and uses the attributes alone. */
export const SESSION_RECORD_VERSION = 3

/**
 * Where the session at a span's end comes from.
 *
 * - `kept`: the session from the span's start, or none if the span had none or was cleared
 * - `not-kept`: the session from the start, though the SDK truncated or dropped the attribute
 * - `reassigned`: another session of the application that LangChain named late, because the span had started in the
 *   context of another request
 * - `restored`: the session from the start, though another value was written over it
 * - `accepted`: the value that was written over it, because `onOverwrite` is `accept`
 * - `named`: a value that was written after the start of a span that may take one
 * - `fromChildren`: the session that all child spans agree on
 * - `defaulted`: the default session of the process
 */
export type Resolution =
  | 'kept'
  | 'not-kept'
  | 'reassigned'
  | 'restored'
  | 'accepted'
  | 'named'
  | 'fromChildren'
  | 'defaulted'

/** The settings of the processor that made a record. */
export interface SessionRecordSettings {
  /** What happens to a `session.id` that is written over an explicit session. */
  readonly onOverwrite: 'restore' | 'accept'
  /** Whether a span without a session takes the one that its children agree on. */
  readonly inferFromChildren: boolean
  /** The attributes that name a session. */
  readonly aliases: AliasPlan
  /** Which IDs are valid. */
  readonly rule: SessionIdRule
  /** The default session of the process, if it has one. */
  readonly defaultId: string | undefined
  /** Whether the SDK calls `onEnding`, so that the processor applies the late rules before the export. */
  runsLateRules: boolean
  /** What a flush of the processor calls, because `BatchSpanProcessor` does not flush its exporter. */
  readonly flush: SessionFlush
}

/** Connects the processor's `forceFlush` and `shutdown` with the exporters that buffer its spans. */
export interface SessionFlush {
  /** The number of flushes so far. A span that ended before the last one must not be buffered. */
  count: number
  /** Each exports the buffered spans of this processor and resolves when they are exported. Never rejects. */
  readonly releases: Set<() => Promise<void>>
  /** Each waits for the exports of this processor's spans that are in flight. Called by `forceFlush` only. */
  readonly inFlight: Set<() => Promise<unknown>>
  /** Each ends sessions. Called synchronously before the processors behind are shut down. Never throws. */
  readonly atShutdown: Set<() => void>
}

/**
 * State that the spans of a local trace without an explicit session share. A local trace is the spans of one trace in
 * this process that are connected by parents. The exporter reads it to decide how long a span waits for backfill, and
 * notes sessions on it that only the exporter sees: one written after the processor was done, replaced, or rejected.
 */
export interface SessionTrace {
  /** The number of open spans without an explicit session. */
  open: number
  /** The first session ID seen in the trace. */
  sessionId: string | undefined
  /** Whether another session ID was seen too, or the session was cleared for a part of the trace. */
  several: boolean
  /** The fields that were set in the trace, as far as they agree. */
  fields: StampedFields | undefined
  /** The record of the trace's first span while that is open; null before, undefined after. */
  root: SessionRecord | null | undefined
  /** Whether a scope that sets a session was entered under a span of the trace. */
  hasScope?: boolean
  /** Spans that started outside the scope from which their parent has its session, with their instrumentation. */
  bypassed?: Map<SessionRecord, string> | undefined
}

/**
 * Fields as attributes: what is written beside the session ID. Never changed; other fields are another object.
 *
 * Null is for a field that was removed and is not inherited, and for one on which several disagree.
 */
export type StampedFields = Readonly<Record<string, string | readonly string[] | boolean | null>>

/**
 * What the processor knows about the session of a span.
 *
 * All spans of a scope share one record, and so do spans that inherit an explicit session; every other record belongs
 * to one span. Only the processor changes records.
 */
export interface SessionRecord {
  /** The version of the record's shape. */
  readonly version: typeof SESSION_RECORD_VERSION
  /**
   * Whether the application set the session (`explicit`) or set that there is none (`cleared`), whether the session
   * was inferred (`inferred`), or whether nothing names one (`none`).
   */
  readonly kind: 'explicit' | 'cleared' | 'inferred' | 'none'
  /** The session that the span got at its start. */
  readonly id: string | undefined
  /** The rank of the alias that named an inferred session; undefined where the table does not have it. */
  aliasRank: number | undefined
  /** What set an explicit or cleared session: a scope, or a span (start attribute, `setSpanSession`). */
  readonly from: 'scope' | 'span' | undefined
  /** Whether the session was set on this span itself, so that a later write may change it. */
  readonly own: boolean
  /** The scope that was active when the span started. */
  readonly scope: unknown
  /** The invalid `session.id` among the start attributes that cleared the session; the exporter may replace it. */
  rejectedId: unknown
  /** What was written beside the ID. `setSpanSession` replaces it on a span without a session. */
  fields: StampedFields | undefined
  /**
   * By attribute: the value that the SDK stored of a field where it differs, because a length limit truncated it;
   * undefined if it stored none, because a span had as many attributes as the count limit allows.
   */
  kept: Map<string, unknown> | undefined
  /** Attributes written for an earlier session, before `setSpanSession`; the exporter removes them. */
  staleAttributes: readonly (readonly [key: string, value: unknown])[] | undefined
  /**
   * Changes the record to that of another session, if the span names one late and may belong to it; returns its ID. Only
   * spans of LangChain have it, whose session comes from a scope that may be another request's. It is called once.
   */
  reassign: ((attributes: ReadableAttributes, record: SessionRecord) => string | undefined) | undefined
  /** The fields of the session that the span is reassigned to, if the exporter has to write them. */
  otherFields: StampedFields | undefined
  /** The settings of the processor that made this record. */
  readonly settings: SessionRecordSettings
  /** The state of the local trace, if this span takes part in it. */
  readonly trace: SessionTrace | undefined
  /** The ID as the SDK stored it, if a length limit truncated it. */
  stampedAs: string | undefined
  /** The number of flushes before the span ended; undefined while it is open. */
  endedAfter: number | undefined
  /** The parent without a session to which this span propagates its own; cleared when the span ends. */
  parent: SessionRecord | undefined
  /** The session that the children agree on; null if they disagree. */
  fromChildren: string | null | undefined
  /**
   * The fields that were set below the span, of its own session or while it has none, as far as they agree. Once the
   * processor has written them at the span's end, those that it wrote.
   */
  below: StampedFields | undefined
  /** How the session at the span's end was resolved; undefined before that. */
  resolution: Resolution | undefined
  /** The session at the span's end, once it is resolved. */
  resolvedId: string | undefined
}

/**
 * Names the record where it is shared: on `globalThis`, its storage, for all copies of the packages; on an object that
 * only looks like a span context, the record itself.
 */
export const SESSION_RECORD: unique symbol = Symbol.for('otel-sessions.record') as never

/**
 * As a base class, its constructor returns what it is given, so that the fields of a derived class end up there. It
 * extends null because V8 then makes no object to be thrown away.
 */
class Given extends null {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: it is what this class is for.
    return object
  }
}

/**
 * The record is a private field of a span's SpanContext, because wrapper spans pass that object through, and because no
 * console shows it. In a whole pipeline it costs 25 to 50 ns a span more than a property, which is printed; a property
 * that is not enumerable costs 220.
 */
class Slot extends (Given as new (object: object) => object) {
  #record: SessionRecord | undefined

  static isUsed = false

  constructor(spanContext: object, record: SessionRecord) {
    super(spanContext)
    this.#record = record
  }

  static add(spanContext: object, record: SessionRecord): boolean {
    Slot.isUsed = true
    try {
      new Slot(spanContext, record)
      return true
    } catch {
      // It has one, or it is frozen and the engine minds.
      return !(#record in spanContext)
    }
  }

  static read(spanContext: object): SessionRecord | undefined {
    return Slot.isUsed && #record in spanContext ? spanContext.#record : undefined
  }

  static write(spanContext: object, record: SessionRecord): void {
    if (!Slot.add(spanContext, record)) (spanContext as Slot).#record = record
  }
}

/**
 * - `addRecord`: puts a record on a span context that has none; false if another processor has put one there
 * - `ownRecord`: the record on a span context
 * - `writeRecord`: puts a record on a span context, in place of the one that is there
 */
export const { add: addRecord, read: ownRecord, write: writeRecord } = sharedSlot()

function sharedSlot(): Pick<typeof Slot, 'add' | 'read' | 'write'> {
  try {
    const holder = globalThis as { [SESSION_RECORD]?: typeof Slot }
    holder[SESSION_RECORD] ??= Slot
    return typeof holder[SESSION_RECORD].add === 'function' ? holder[SESSION_RECORD] : Slot
  } catch {
    return Slot
  }
}

/** Returns the record on a span context, if it has one of this version. May throw what a getter throws. */
export function readRecord(spanContext: object): SessionRecord | undefined {
  const record =
    ownRecord(spanContext) ?? (spanContext as { [SESSION_RECORD]?: SessionRecord })[SESSION_RECORD]
  return record !== undefined && record.version === SESSION_RECORD_VERSION ? record : undefined
}
