import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
} from '@otel-sessions/semconv'
import {
  GenerationalMap,
  isPlaceholder,
  type NamedField,
  type NamingKeys,
  namingKeys,
  ownValue,
  readMetadata,
  type SessionRecord,
  type SessionTrace,
  type StampedFields,
} from '@otel-sessions/semconv/internal'
import type { SessionBackend } from '../backends/backend.ts'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges } from '../validation/decide.ts'

/** The user and the conversation that spans name; null where they name several. */
export type Named = Readonly<Partial<Record<NamedField, string | null>>>

/** A span, with what validation decided about it. */
interface DecidedSpan {
  readonly span: ExportableSpan
  readonly record: SessionRecord | undefined
  readonly changes: SpanChanges | undefined
}

const FIELDS = [ATTR_USER_ID, ATTR_GEN_AI_CONVERSATION_ID] as const

/** How many spans with something named below them are remembered at least, until they end. */
const REMEMBERED_SPANS = 4096

/** What two name together. @returns the first if the second adds nothing */
export function merge(one: Named | undefined, other: Named | undefined): Named | undefined {
  if (one === undefined || other === undefined) return one ?? other
  let merged = one
  for (const field of FIELDS) {
    const before = one[field]
    const value = other[field]
    if (value === undefined || value === before || before === null) continue
    merged = { ...merged, [field]: before === undefined ? value : null }
  }
  return merged
}

/**
 * Which user and which conversation the spans of a trace name, under any key and whoever wrote it. They are compared
 * only: what another library wrote is never given to another span.
 */
export class NamedFields {
  readonly #keys: NamingKeys
  readonly #inTraces = new WeakMap<SessionTrace, Named>()
  /** What the ended spans below an open one name, by its ID. */
  readonly #below = new GenerationalMap<Named>(REMEMBERED_SPANS)

  /** @param backends their keys count too */
  constructor(backends: readonly SessionBackend[]) {
    this.#keys = namingKeys(backends)
  }

  /** Notes what a span names, on its trace and for the spans above it. @returns it */
  note(decision: DecidedSpan): Named | undefined {
    const { span, record } = decision
    const named = this.by(decision)
    const withBelow = merge(this.#below.get(spanIdOf(span)), named)
    const parentId = parentIdOf(span)
    if (withBelow !== undefined && parentId !== undefined) {
      const before = this.#below.get(parentId)
      const after = merge(before, withBelow)
      if (after !== undefined && after !== before) this.#below.set(parentId, after)
    }
    const trace = record?.trace
    if (trace !== undefined) {
      const before = this.#inTraces.get(trace)
      const after = merge(before, named)
      if (after !== undefined && after !== before) this.#inTraces.set(trace, after)
    }
    return named
  }

  /** What the spans and the scopes of a trace name. */
  ofTrace(trace: SessionTrace | undefined): Named | undefined {
    return trace && merge(trace.fields as Named | undefined, this.#inTraces.get(trace))
  }

  /** The fields that a span without a session inherits; null for those that its trace disagrees on. */
  fieldsFor(trace: SessionTrace | undefined): StampedFields {
    const fields: { [key: string]: StampedFields[string] } = { ...trace?.fields }
    const named = this.ofTrace(trace)
    for (const field of FIELDS) if (named?.[field] === null) fields[field] = null
    return fields
  }

  /** The changes of a span, without the fields that it learned from below and on which the spans below it disagree. */
  withoutDoubtful(decision: DecidedSpan): SpanChanges | undefined {
    const { span, record, changes } = decision
    if (record?.below === undefined) return changes
    const { attributes } = span
    const named = merge(this.by(decision), this.#below.get(spanIdOf(span)))
    let certain = changes
    for (const field of FIELDS) {
      const fromBelow = (record.fields?.[field] ?? null) === null ? record.below[field] : undefined
      if (named?.[field] !== null || fromBelow === undefined) continue
      if (exported(field, span, changes) !== fromBelow) continue
      certain = {
        sessionId: attributes[ATTR_SESSION_ID] as string | undefined,
        ...certain,
        fields: { ...certain?.fields, [field]: null },
        staleAttributes: [...(certain?.staleAttributes ?? []), [field, attributes[field]]],
      }
    }
    return certain
  }

  /** What a span names itself, as it is exported. Throws what reading an attribute throws. */
  by({ span, record, changes }: DecidedSpan): Named | undefined {
    const { attributes } = span
    let named: Named | undefined
    const add = (field: NamedField | null | undefined, value: unknown) => {
      const id = field && idOf(value)
      // One that a limit of the SDK truncated is that of the session.
      if (id && id !== record?.kept?.get(field)) named = merge(named, { [field]: id })
    }
    // Limits of the SDK may have dropped or truncated these, and the changes have them whole.
    for (const field of FIELDS) add(field, exported(field, span, changes))
    for (const key in attributes) {
      const field = this.#keys.get(key)
      if (field === undefined || field === key) continue
      const value = ownValue(attributes, key)
      if (field !== null) add(field, value)
      else {
        for (const [name, one] of entriesOf(value, record)) add(this.#keys.get(`${key}.${name}`), one)
      }
    }
    return named
  }
}

/** The value of a field on an exported span. */
function exported(
  field: NamedField,
  { attributes }: ExportableSpan,
  changes: SpanChanges | undefined,
): unknown {
  const value = ownValue(attributes, field)
  const isStale = changes?.staleAttributes?.some(([key, stale]) => key === field && stale === value)
  return changes?.fields?.[field] ?? (isStale ? undefined : value)
}

/** A value as an ID; undefined if it names nobody. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' && !isPlaceholder(value) ? value : undefined
}

/** The entries of metadata, without those that the application set for the session: the user of that is known. */
function entriesOf(metadata: unknown, record: SessionRecord | undefined): [name: string, value: unknown][] {
  const ours = record?.fields?.[ATTR_METADATA] ?? record?.below?.[ATTR_METADATA]
  if (metadata === ours) return []
  const read = readMetadata(metadata)
  const set = readMetadata(ours)
  try {
    const entries = Object.entries(read.ok ? read.value : {})
    return set.ok ? entries.filter(([name, value]) => ownValue(set.value, name) !== value) : entries
  } catch {
    // It may be an object since SDK 3, with getters that throw.
    return []
  }
}

const spanIdOf = (span: ExportableSpan) => (span.spanContext() as { readonly spanId: string }).spanId

/** The ID of the parent: SDK 1.x has it, later ones have the parent's context. */
export function parentIdOf(span: ExportableSpan): string | undefined {
  const of = span as { parentSpanId?: string; parentSpanContext?: { readonly spanId: string } }
  return of.parentSpanContext?.spanId ?? of.parentSpanId
}
