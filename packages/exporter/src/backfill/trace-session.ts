import { ATTR_SESSION_ID, ATTR_USER_ID } from '@otel-sessions/semconv'
import {
  GenerationalMap,
  isPlaceholder,
  namesRejectedSession,
  noteOnTrace,
  noteOthers,
  ownValue,
  type SessionRecord,
} from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges, ValidationRules } from '../validation/decide.ts'

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
  return !namesRejectedSession(span.attributes, aliases, rule)
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
}

/** How many traces without records are remembered at least. Two generations take about 2 MB. */
const REMEMBERED_TRACES = 4096

/** The sessions of traces: on the record where there is one, and remembered by trace ID where there is none. */
export class TraceSessions {
  readonly #withoutRecord = new GenerationalMap<ExportedTrace>(REMEMBERED_TRACES)
  readonly #maxLength: number

  constructor({ rule }: ValidationRules) {
    this.#maxLength = rule.maxLength
  }

  /** Notes a span on its trace: the session that it is exported with, or that it has a rejected one. */
  note({ span, record, changes, isUnassigned }: Decision<ExportableSpan>): void {
    const exported = changes === undefined ? span.attributes[ATTR_SESSION_ID] : changes.sessionId
    const isRejected = !isUnassigned && exported === undefined && record?.kind !== 'cleared'
    const id = isRejected ? null : typeof exported === 'string' && !isUnassigned ? exported : undefined
    if (record === undefined) this.#noteWithoutRecord(span, id)
    else if (record.trace !== undefined) {
      noteOthers(record.trace, span.attributes)
      // The processor noted what it knows. It does not know later writes, and what `onInvalid` makes of an ID.
      noteOnTrace(record.trace, id)
    }
  }

  /** The session that an unassigned span inherits: the only one of its trace, once no span of the trace is open. */
  sessionFor(span: ExportableSpan, record: SessionRecord | undefined): string | undefined {
    const id = record === undefined ? this.#sessionWithoutRecord(span) : onlySessionOf(record)
    if (id === undefined || id.length > this.#maxLength || isPlaceholder(id)) return undefined
    // The trace has several users, and the span one of them.
    const isOfSeveral = record?.trace?.fields?.[ATTR_USER_ID] === null
    if (isOfSeveral && ownValue(span.attributes, ATTR_USER_ID) !== undefined) return undefined
    return id
  }

  #noteWithoutRecord(span: ExportableSpan, id: string | null | undefined): void {
    const traceId = traceIdOf(span)
    const trace = this.#withoutRecord.get(traceId)
    const before = trace?.sessionId
    const sessionId = id === undefined || before === id ? before : before === undefined ? id : null
    const hasEnded = trace?.hasEnded === true || isRoot(span)
    this.#withoutRecord.set(traceId, { sessionId, hasEnded })
  }

  #sessionWithoutRecord(span: ExportableSpan): string | undefined {
    const trace = this.#withoutRecord.get(traceIdOf(span))
    return trace?.hasEnded === true ? (trace.sessionId ?? undefined) : undefined
  }
}

function onlySessionOf(record: SessionRecord): string | undefined {
  return isComplete(record) && record.trace?.several === false ? record.trace.sessionId : undefined
}

const traceIdOf = (span: ExportableSpan) => (span.spanContext() as { readonly traceId: string }).traceId

/** SDK 1.x has the ID of the parent, later ones have its context. */
function isRoot(span: ExportableSpan): boolean {
  const { parentSpanId, parentSpanContext } = span as { parentSpanId?: unknown; parentSpanContext?: unknown }
  return parentSpanId === undefined && parentSpanContext === undefined
}
