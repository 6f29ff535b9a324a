// A model of the rules for a span's session. Written from their description, not from the code of the packages, and
// for readability, not for speed: it writes no attributes at a span's end, and computes everything.

import { type Named, namesInvalidSession, readAlias, type Source } from './aliases.ts'
import { isInferable, isSessionId } from './ids.ts'
import { type DecidingScope, enterScope, readArgument, type Scope } from './scopes.ts'
import type {
  AttributeValue,
  Exported,
  Other,
  SessionArgument,
  SessionFields,
  StartOptions,
  World,
  WorldOptions,
} from './world.ts'
import { COMPARED, OTHERS } from './world.ts'

/**
 * The session that a span got at its start (or by setSpanSession).
 * `own`: its start attribute or setSpanSession. `inherited`: rule 3. `scope`: rule 2. Without `id` it is cleared.
 */
type Session =
  | {
      readonly kind: 'explicit'
      readonly from: 'own' | 'inherited' | 'scope'
      readonly id: string | undefined
    }
  | ({ readonly kind: 'inferred' } & Named)
  | { readonly kind: 'none' }

export interface ModelContext {
  readonly scope?: Scope | undefined
  readonly span?: ModelSpan | undefined
  readonly others?: Others | undefined
}

type Others = Readonly<Partial<Record<Other, AttributeValue>>>

export interface ModelSpan {
  readonly name: string
  readonly parent: ModelSpan | undefined
  /** The deciding scope that was active when the span started. */
  readonly scope: DecidingScope | undefined
  readonly attributes: Record<string, unknown>
  session: Session
  /** The fields that we stamped: they are inherited with the span's session, and their conversation is never an alias. */
  stamped: SessionFields
  /** Fields that we stamped for another session, before setSpanSession: not exported. */
  stale: SessionFields
  readonly fromChildren: Set<string>
  ended: boolean
}

const NONE: Session = { kind: 'none' }

export class Model implements World<ModelContext, ModelSpan> {
  readonly rootContext: ModelContext = {}
  readonly #options: Required<WorldOptions>
  readonly #exported = new Map<string, Exported>()

  constructor(options: WorldOptions = {}) {
    this.#options = { onOverwrite: 'restore', inferFromChildren: true, defaultSession: false, ...options }
  }

  withSpan(context: ModelContext, span: ModelSpan): ModelContext {
    return { ...context, span }
  }

  contextWithSession(context: ModelContext, session: SessionArgument): ModelContext {
    return { ...context, scope: enterScope(context.scope, readArgument(session)) }
  }

  contextWithoutSession(context: ModelContext): ModelContext {
    return this.contextWithSession(context, null)
  }

  usingSession(context: ModelContext, session: SessionArgument): ModelContext {
    this.#propagate(context.span, readArgument(session).id)
    return this.contextWithSession(context, session)
  }

  withOther(context: ModelContext, other: Other, session: AttributeValue): ModelContext {
    return { ...context, others: { ...context.others, [other]: session } }
  }

  startSpan(
    name: string,
    context: ModelContext,
    { attributes = {}, root = false }: StartOptions = {},
  ): ModelSpan {
    const parent = root ? undefined : context.span
    const span: ModelSpan = {
      name,
      parent,
      scope: context.scope?.deciding,
      attributes: { ...attributes },
      session: sessionAtStart(attributes, context.scope?.deciding, parent, context.others ?? {}),
      stamped: {},
      stale: {},
      fromChildren: new Set(),
      ended: false,
    }
    const { session } = span
    if (session.kind !== 'none' && session.id !== undefined) span.attributes['session.id'] = session.id
    span.stamped = stampFields(span, fieldsFor(session, context.scope, parent), {})
    if (session.kind !== 'none') this.#propagate(parent, session.id)
    return span
  }

  setAttribute(span: ModelSpan, key: string, value: AttributeValue): void {
    if (!span.ended) span.attributes[key] = value
  }

  setSpanSession(span: ModelSpan, session: SessionArgument): void {
    if (span.ended) return
    const argument = readArgument(session)
    const ours = { ...span.stale, ...span.stamped }
    const stamped = stampFields(span, argument.fields, ours)
    // An object without `sessionId` only adds fields, here as in a scope.
    span.stamped = argument.decides ? stamped : { ...span.stamped, ...stamped }
    if (!argument.decides) return
    if (argument.id === undefined || argument.id !== startId(span)) markStale(span, ours, stamped)
    span.session = { kind: 'explicit', from: 'own', id: argument.id }
    if (argument.id !== undefined) span.attributes['session.id'] = argument.id
    this.#propagate(span.parent, argument.id)
  }

  end(span: ModelSpan): void {
    if (span.ended) return
    const exported = { ...withoutStale(span), ...this.#sessionAtEnd(span) }
    span.ended = true
    this.#exported.set(span.name, pickCompared(exported))
    // Only a late session: earlier ones have been propagated, and those from children have propagated themselves.
    const id = span.session.kind === 'explicit' ? explicitNow(span) : ownNow(span)?.id
    // A placeholder is never inferred, but may be explicit.
    const counts = span.session.kind === 'explicit' || isInferable(id)
    if (id !== startId(span) && counts) this.#propagate(span.parent, id)
  }

  exported(): Map<string, Exported> {
    return this.#exported
  }

  /** Propagates an ID to the ancestors, as long as they are open and have no session. */
  #propagate(first: ModelSpan | undefined, id: string | undefined): void {
    if (id === undefined || !this.#options.inferFromChildren) return
    let span = first
    while (span !== undefined && !span.ended && span.session.kind === 'none') {
      span.fromChildren.add(id)
      span = span.parent
    }
  }

  #sessionAtEnd(span: ModelSpan): Exported {
    const { session } = span
    const now = span.attributes['session.id']
    if (session.kind !== 'explicit') {
      const fromChildren = span.fromChildren.size === 1 ? [...span.fromChildren][0] : undefined
      return { 'session.id': ownNow(span)?.id ?? fromChildren ?? this.#byDefault(span) }
    }
    const changed = isSessionId(now) && now !== session.id
    if (session.id === undefined || !changed) return { 'session.id': session.id }
    if (session.from === 'own' || this.#options.onOverwrite === 'accept') return { 'session.id': now }
    return { 'session.id': session.id, 'otel_sessions.overwritten_id': now }
  }

  /** "Used only if there is no explicit or inferred session": an invalid ID counts as one, too. */
  #byDefault(span: ModelSpan): string | undefined {
    const { defaultSession } = this.#options
    return defaultSession === false || namesInvalidSession(span.attributes) ? undefined : defaultSession
  }
}

/** The rules in their order: the first that applies. */
function sessionAtStart(
  attributes: Readonly<Record<string, unknown>>,
  scope: DecidingScope | undefined,
  parent: ModelSpan | undefined,
  others: Others,
): Session {
  // 1, unless another processor stamped the session of the context
  const own = attributes['session.id']
  if (own !== undefined && !Object.values<unknown>(others).includes(own)) {
    return { kind: 'explicit', from: 'own', id: isSessionId(own) ? own : undefined }
  }
  const parentStates = parent?.session.kind === 'explicit' ? parent.session : undefined
  // 2: a scope that was entered below the parent, or the one from which the parent has its session
  if (scope !== undefined) {
    const enteredBelow = parent === undefined || parent.scope !== scope
    if (enteredBelow || parentStates?.from === 'scope')
      return { kind: 'explicit', from: 'scope', id: scope.id }
  }
  // 3
  if (parent !== undefined && parentStates !== undefined) {
    return { kind: 'explicit', from: 'inherited', id: explicitNow(parent) }
  }
  // 4
  const alias = readAlias(attributes)
  if (alias !== undefined) return { kind: 'inferred', ...alias }
  // 5
  const other = OTHERS.filter((name) => name !== 'inbound')
    .map((name) => inferredFrom(others[name], WRITTEN_AS[name]))
    .find((named) => named !== undefined)
  // 6, and 7
  const inferred = other ?? (parent && namedNow(parent)) ?? inferredFrom(others.inbound, SESSION_ID)
  return inferred === undefined ? NONE : { kind: 'inferred', ...inferred }
}

const SESSION_ID: Source = { key: 'session.id', concept: 'session' }

/** The attributes to which the other libraries write their sessions. */
const WRITTEN_AS: Readonly<Record<Exclude<Other, 'inbound'>, Source>> = {
  openinference: SESSION_ID,
  langfuse: SESSION_ID,
  association: { key: 'traceloop.association.properties.session_id', concept: 'session' },
  traceloop: { key: 'gen_ai.conversation.id', concept: 'conversation' },
}

/** Integers count as their digits, as with an alias. */
function inferredFrom(value: AttributeValue | undefined, by: Source): Named | undefined {
  const id = Number.isSafeInteger(value) ? String(value) : value
  return isInferable(id) ? { id, by } : undefined
}

/** The explicit session that a span's next child inherits: only the span's own may be changed by a later write. */
function explicitNow(span: ModelSpan): string | undefined {
  if (span.session.kind !== 'explicit') return undefined
  const { from, id } = span.session
  const now = span.attributes['session.id']
  return id !== undefined && from === 'own' && isSessionId(now) ? now : id
}

/** The session that the next child infers from a span without an explicit one; never one from children. */
function namedNow(span: ModelSpan): Named | undefined {
  // After its end, the rules for the end have run: it has the session that it was exported with, except from children.
  const now = span.ended ? ownNow(span) : writtenNow(span)
  return now !== undefined && isInferable(now.id) ? now : startNamed(span)
}

const startNamed = ({ session }: ModelSpan): Named | undefined =>
  session.kind === 'inferred' ? session : undefined

/** A valid `session.id` that was written on a span since its start. */
function writtenNow(span: ModelSpan): Named | undefined {
  const now = span.attributes['session.id']
  return isSessionId(now) && now !== startId(span) ? { id: now, by: SESSION_ID } : undefined
}

/** The rules for the end of a span without an explicit session, except those for children. */
function ownNow(span: ModelSpan): Named | undefined {
  const start = startNamed(span)
  return writtenNow(span) ?? readAlias(withoutOurOwn(span), start?.by) ?? start
}

function startId(span: ModelSpan): string | undefined {
  return span.session.kind === 'none' ? undefined : span.session.id
}

function withoutOurOwn(span: ModelSpan): Record<string, unknown> {
  const { 'gen_ai.conversation.id': conversation, ...rest } = span.attributes
  const { conversationId } = span.stamped
  return conversationId !== undefined && conversation === conversationId ? rest : span.attributes
}

/** A scope's fields apply to its spans, except to those with a session that was set on a span, which has its own. */
function fieldsFor(session: Session, scope: Scope | undefined, parent: ModelSpan | undefined): SessionFields {
  if (session.kind === 'explicit' && session.from === 'own') return {}
  if (session.kind === 'explicit' && session.from === 'inherited') return parent?.stamped ?? {}
  return scope?.fields ?? {}
}

/** "A key that the span already has is not overwritten", unless the value is ours. Returns the stamped fields. */
function stampFields(span: ModelSpan, fields: SessionFields, ours: SessionFields): SessionFields {
  const stamped: { -readonly [K in keyof SessionFields]: SessionFields[K] } = {}
  for (const [field, key] of [
    ['userId', 'user.id'],
    ['conversationId', 'gen_ai.conversation.id'],
  ] as const) {
    const value = fields[field]
    const mayWrite = !(key in span.attributes) || span.attributes[key] === ours[field]
    if (value === undefined || !mayWrite) continue
    span.attributes[key] = value
    stamped[field] = value
  }
  return stamped
}

const KEYS = { userId: 'user.id', conversationId: 'gen_ai.conversation.id' } as const

/** Another session, or none: fields that were stamped for the earlier one are stale, unless they were set again. */
function markStale(span: ModelSpan, ours: SessionFields, stamped: SessionFields): void {
  const left = Object.entries(ours).filter(
    ([field, value]) => !(field in stamped) && span.attributes[KEYS[field as keyof typeof KEYS]] === value,
  )
  span.stale = Object.fromEntries(left)
}

function withoutStale(span: ModelSpan): Record<string, unknown> {
  const exported = { ...span.attributes }
  for (const [field, value] of Object.entries(span.stale)) {
    const key = KEYS[field as keyof typeof KEYS]
    if (exported[key] === value) delete exported[key]
  }
  return exported
}

function pickCompared(attributes: Readonly<Record<string, unknown>>): Exported {
  return Object.fromEntries(
    COMPARED.filter((key) => attributes[key] !== undefined).map((key) => [key, attributes[key]]),
  )
}
