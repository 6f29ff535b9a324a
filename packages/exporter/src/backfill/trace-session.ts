import { ATTR_SESSION_ID, ATTR_USER_ID } from '@otel-sessions/semconv'
import {
  GenerationalMap,
  isPlaceholder,
  namesRejectedSession,
  noteOnTrace,
  type SessionRecord,
} from '@otel-sessions/semconv/internal'
import type { SessionBackend } from '../backends/backend.ts'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges, ValidationRules } from '../validation/decide.ts'
import { merge, type Named, NamedFields, parentIdOf } from './named-fields.ts'

/** What validation decided about a span. */
export interface Decision<S> {
  readonly span: S
  readonly record: SessionRecord | undefined
  readonly changes: SpanChanges | undefined
  /** Neither the attributes nor the record name a session. */
  readonly isUnassigned: boolean
}

/**
 * Whether nothing names the session of a span: neither its attributes nor its record. The default session of the process
 * does not count.
 */
export function isUnassigned(
  span: ExportableSpan,
  record: SessionRecord | undefined,
  changes: SpanChanges | undefined,
  { aliases, rule }: ValidationRules,
): boolean {
  const current = span.attributes[ATTR_SESSION_ID]
  if (record?.resolution === 'defaulted') {
    // Unless something else was written later.
    return current === undefined || current === record.resolvedId || current === record.stampedAs
  }
  if (changes?.sessionId !== undefined) return false
  // A span with an invalid ID has a session of its own, not the one of the trace.
  if (current !== undefined) return false
  if (record !== undefined && record.kind !== 'none') return false
  return !namesRejectedSession(span.attributes, aliases, rule, record)
}

/** Whether no span of the local trace is open. */
export const isComplete = ({ trace }: SessionRecord): boolean =>
  trace === undefined || (trace.open === 0 && trace.root === undefined)

/** A trace whose spans have no record, by what its exported spans have. */
interface ExportedTrace {
  /** The only session that they named; null if they named several or a rejected one. */
  readonly sessionId: string | null | undefined
  /** Its root was among them, which ends last, or nearly so. */
  readonly hasEnded: boolean
  /** The user and the conversation that they named. */
  readonly named: Named | undefined
}

/** How many traces without records are remembered at least. Two generations take about 2 MB. */
const REMEMBERED_TRACES = 4096

/** The sessions of traces: on the record where there is one, and remembered by trace ID where there is none. */
export class TraceSessions {
  /** What the spans of the traces name beside the session. */
  readonly named: NamedFields
  readonly #withoutRecord = new GenerationalMap<ExportedTrace>(REMEMBERED_TRACES)
  readonly #maxLength: number

  constructor({ rule }: ValidationRules, backends: readonly SessionBackend[]) {
    this.#maxLength = rule.maxLength
    this.named = new NamedFields(backends)
  }

  /**
   * Notes a span on its trace: the session that it is exported with, or that it has a rejected one, and which user and
   * conversation it names.
   */
  note(decision: Decision<ExportableSpan>): void {
    const { span, record, changes, isUnassigned } = decision
    const exported = changes === undefined ? span.attributes[ATTR_SESSION_ID] : changes.sessionId
    const isRejected = !isUnassigned && exported === undefined && record?.kind !== 'cleared'
    const id = isRejected ? null : typeof exported === 'string' && !isUnassigned ? exported : undefined
    const named = this.named.note(decision)
    if (record === undefined) this.#noteWithoutRecord(span, id, named)
    else if (record.trace !== undefined) {
      // The processor noted what it knows. It does not know later writes, and what `onInvalid` makes of an ID.
      noteOnTrace(record.trace, id)
    }
  }

  /** The session that an unassigned span inherits: the only one of its trace, once no span of the trace is open. */
  sessionFor(decision: Decision<ExportableSpan>): string | undefined {
    const { span, record } = decision
    const id = record === undefined ? this.#sessionWithoutRecord(span) : onlySessionOf(record)
    if (id === undefined || id.length > this.#maxLength || isPlaceholder(id)) return undefined
    const named = record === undefined ? this.#traceOf(span)?.named : this.named.ofTrace(record.trace)
    // The trace has several users, and the span one of them.
    const isOfSeveral = named?.[ATTR_USER_ID] === null
    if (isOfSeveral && this.named.by(decision)?.[ATTR_USER_ID] !== undefined) return undefined
    return id
  }

  #noteWithoutRecord(span: ExportableSpan, id: string | null | undefined, named: Named | undefined): void {
    const trace = this.#traceOf(span)
    const before = trace?.sessionId
    const sessionId = id === undefined || before === id ? before : before === undefined ? id : null
    const hasEnded = trace?.hasEnded === true || isRoot(span)
    this.#withoutRecord.set(traceIdOf(span), { sessionId, hasEnded, named: merge(trace?.named, named) })
  }

  #traceOf(span: ExportableSpan): ExportedTrace | undefined {
    return this.#withoutRecord.get(traceIdOf(span))
  }

  #sessionWithoutRecord(span: ExportableSpan): string | undefined {
    const trace = this.#traceOf(span)
    return trace?.hasEnded === true ? (trace.sessionId ?? undefined) : undefined
  }
}

function onlySessionOf(record: SessionRecord): string | undefined {
  return isComplete(record) && record.trace?.several === false ? record.trace.sessionId : undefined
}

const traceIdOf = (span: ExportableSpan) => (span.spanContext() as { readonly traceId: string }).traceId

const isRoot = (span: ExportableSpan): boolean => parentIdOf(span) === undefined
