// A model of the rules for a span's session. Written from their description, not from the code of the packages, and
// for readability, not for speed: it writes no attributes at a span's end, and computes everything.

import { type Named, namesInvalidSession, readAlias, type Source } from './aliases.ts'
import { isConstant, isInferable, isSessionId } from './ids.ts'
import { type Argument, type DecidingScope, enterScope, readArgument, type Scope } from './scopes.ts'
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
      /** The scope that it comes from, also if it is inherited. */
      readonly scope?: DecidingScope | undefined
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
  /** The scope that was active when the span started. */
  readonly scope: Scope | undefined
  readonly attributes: Record<string, unknown>
  session: Session
  /**
   * The fields that we stamped: they are inherited with the span's session, and their conversation is never an alias.
   * One that was removed is present, but undefined.
   */
  stamped: SessionFields
  /** Fields that we stamped for another session, before setSpanSession: not exported. */
  stale: SessionFields
  readonly fromChildren: Set<string>
  /** The fields that were set below the span, of its session or while it has none. */
  below: Below
  readonly langchain: boolean
  /** The alias that LangChain's instrumentation wrote at the start, which is not late. */
  firstAlias: string | undefined
  ended: boolean
}

type Below = { readonly [K in keyof Required<SessionFields>]: Set<string> }

const nothingBelow = (): Below => ({ userId: new Set(), conversationId: new Set() })

const NONE: Session = { kind: 'none' }

export class Model implements World<ModelContext, ModelSpan> {
  readonly rootContext: ModelContext = {}
  readonly #options: Required<WorldOptions>
  readonly #exported = new Map<string, Exported>()
  /** All scopes that were entered, by session. All are younger than 60 seconds. */
  readonly #entered = new Map<string, Scope[]>()

  constructor(options: WorldOptions = {}) {
    this.#options = { onOverwrite: 'restore', inferFromChildren: true, defaultSession: false, ...options }
  }

  withSpan(context: ModelContext, span: ModelSpan): ModelContext {
    return { ...context, span }
  }

  contextWithSession(context: ModelContext, session: SessionArgument): ModelContext {
    const argument = readArgument(session)
    const scope = enterScope(context.scope, argument, context.span)
    const { id } = argument
    if (argument.decides && id !== undefined) {
      this.#entered.set(id, [...(this.#entered.get(id) ?? []), scope])
    }
    return { ...context, scope }
  }

  contextWithoutSession(context: ModelContext): ModelContext {
    return this.contextWithSession(context, null)
  }

  usingSession(context: ModelContext, session: SessionArgument): ModelContext {
    const inside = this.contextWithSession(context, session)
    if (context.span !== undefined)
      this.#enterUnder(context.span, inside.scope as Scope, readArgument(session))
    return inside
  }

  /** What a scope sets reaches the active span: without a session all of it, in the same session the fields. */
  #enterUnder(span: ModelSpan, scope: Scope, argument: Argument): void {
    const { deciding } = scope
    if (span.ended || (deciding !== undefined && deciding.id === undefined)) return
    if (span.session.kind === 'none') {
      if (argument.decides) this.#propagate(span, argument.id, scope.fields)
      // The fields of a session that the span does not know stay with that session.
      else if (deciding === undefined || isOnly(span.fromChildren, deciding.id)) {
        this.#propagate(span, undefined, argument.fields)
      }
    } else if (startId(span) !== undefined && staysIn(span, deciding)) {
      const fields = argument.decides ? scope.fields : argument.fields
      addBelow(span, fields)
      this.#propagate(span.parent, startId(span), fields)
    }
  }

  withOther(context: ModelContext, other: Other, session: AttributeValue): ModelContext {
    return { ...context, others: { ...context.others, [other]: session } }
  }

  startSpan(
    name: string,
    context: ModelContext,
    { attributes = {}, root = false, langchain = false }: StartOptions = {},
  ): ModelSpan {
    const parent = root ? undefined : context.span
    const span: ModelSpan = {
      name,
      parent,
      scope: context.scope,
      attributes: { ...attributes },
      session: sessionAtStart(attributes, context.scope?.deciding, parent, context.others ?? {}),
      stamped: {},
      stale: {},
      fromChildren: new Set(),
      below: nothingBelow(),
      langchain,
      firstAlias: undefined,
      ended: false,
    }
    const { session } = span
    if (session.kind !== 'none' && session.id !== undefined) span.attributes['session.id'] = session.id
    const fields = fieldsFor(session, context.scope, parent)
    span.stamped = stampFields(span, fields, [])
    span.firstAlias = readAlias(withoutOurOwn(span))?.id
    if (session.kind !== 'none' && session.id !== undefined) this.#propagate(parent, session.id, fields)
    return span
  }

  setAttribute(span: ModelSpan, key: string, value: AttributeValue): void {
    if (!span.ended) span.attributes[key] = value
  }

  setSpanSession(span: ModelSpan, session: SessionArgument): void {
    if (span.ended) return
    const argument = readArgument(session)
    const { decides, id, fields } = argument
    const another = decides && (id === undefined || (span.session.kind !== 'none' && id !== startId(span)))
    const ours = [span.stale, span.stamped]
    const written = stampFields(span, fields, ours)
    const removed = Object.fromEntries(Object.entries(fields).filter(([, value]) => value === undefined))
    markStale(
      span,
      ours,
      (field) => !(field in written) && (another || field in removed || field in span.stale),
    )
    span.stamped = { ...(another ? {} : span.stamped), ...written, ...removed }
    if (!decides) {
      const cleared = span.session.kind === 'explicit' && span.session.id === undefined
      if (!cleared) this.#propagate(span.parent, startId(span), written)
      return
    }
    // What was set below the span stays with it, if it is of this session or of none.
    if (another || (span.fromChildren.size > 0 && !isOnly(span.fromChildren, id))) span.below = nothingBelow()
    span.session = { kind: 'explicit', from: 'own', id }
    if (id === undefined) return
    span.attributes['session.id'] = id
    this.#propagate(span.parent, id, span.stamped)
  }

  end(span: ModelSpan): void {
    if (span.ended) return
    this.#reassign(span)
    const session = this.#sessionAtEnd(span)
    const exported = { ...withoutStale(span), ...fromBelow(span, session['session.id']), ...session }
    span.ended = true
    this.#exported.set(span.name, pickCompared(exported))
    // Only a late session: earlier ones have been propagated, and those from children have propagated themselves.
    const id = span.session.kind === 'explicit' ? explicitNow(span) : ownNow(span)?.id
    // A placeholder is never inferred, but may be explicit.
    const counts = span.session.kind === 'explicit' || isInferable(id)
    if (id !== undefined && id !== startId(span) && counts) this.#propagate(span.parent, id, span.stamped)
  }

  exported(): Map<string, Exported> {
    return this.#exported
  }

  /** Propagates an ID and fields to the ancestors, as long as they are open and have no session. */
  #propagate(first: ModelSpan | undefined, id: string | undefined, fields: SessionFields): void {
    if (!this.#options.inferFromChildren) return
    let span = first
    while (span !== undefined && !span.ended && span.session.kind === 'none') {
      if (id !== undefined) span.fromChildren.add(id)
      addBelow(span, fields)
      span = span.parent
    }
  }

  /** The exception for LangChain: a late ID of another session that was entered, as if it had been set on the span. */
  #reassign(span: ModelSpan): void {
    const { session } = span
    if (!span.langchain || session.kind !== 'explicit' || session.id === undefined) return
    if (session.scope === undefined) return
    const now = span.attributes['session.id']
    const isWritten = isSessionId(now) && now !== session.id
    const alias = readAlias(withoutOurOwn(span))?.id
    const late = isWritten ? now : alias === span.firstAlias ? undefined : alias
    if (!isInferable(late) || isConstant(late) || late === session.id) return
    const entered = this.#entered.get(late)
    const isAround = ({ deciding }: Scope) => deciding?.around.includes(late) === true
    if (entered === undefined || this.#entered.get(session.id)?.some(isAround) !== false) return
    const ours = [span.stale, span.stamped]
    const stamped = stampFields(span, agreed(entered.map(({ fields }) => fields)), ours)
    markStale(span, ours, (field) => !(field in stamped))
    span.stamped = stamped
    span.below = nothingBelow()
    span.session = { kind: 'explicit', from: 'own', id: late }
    span.attributes['session.id'] = late
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
    const enteredBelow = parent === undefined || parent.scope?.deciding !== scope
    if (enteredBelow || parentStates?.from === 'scope')
      return { kind: 'explicit', from: 'scope', id: scope.id, scope }
  }
  // 3
  if (parent !== undefined && parentStates !== undefined) {
    return { kind: 'explicit', from: 'inherited', id: explicitNow(parent), scope: parentStates.scope }
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

const startId = (span: ModelSpan) => startIdOf(span.session)

function startIdOf(session: Session): string | undefined {
  return session.kind === 'none' ? undefined : session.id
}

function withoutOurOwn(span: ModelSpan): Record<string, unknown> {
  const { 'gen_ai.conversation.id': conversation, ...rest } = span.attributes
  const { conversationId } = span.stamped
  return conversationId !== undefined && conversation === conversationId ? rest : span.attributes
}

/**
 * The fields around a span that starts, if they are of its session or of none. The nearest take precedence: those of
 * scopes below the parent, then the parent's, then those of scopes around both.
 */
function fieldsFor(session: Session, scope: Scope | undefined, parent: ModelSpan | undefined): SessionFields {
  if (session.kind !== 'explicit') return undecidedFields(startIdOf(session), scope, parent)
  if (session.from === 'scope') return fieldsInScope(scope as Scope, parent)
  if (session.from === 'inherited') return fieldsOfChild(scope, parent as ModelSpan)
  if (session.id === undefined) return {}
  // Its own session: as the rules would have it without its own.
  const around = sessionAtStart({}, scope?.deciding, parent, {})
  if (around.kind !== 'explicit') return undecidedFields(session.id, scope, parent)
  return around.id === session.id ? fieldsFor(around, scope, parent) : {}
}

function fieldsInScope(scope: Scope, parent: ModelSpan | undefined): SessionFields {
  const id = scope.deciding?.id
  if (parent === undefined) return scope.fields
  const { session } = parent
  if (session.kind === 'none') {
    if (id === undefined) return scope.fields
    // As in nested scopes, a session drops the conversation around it.
    const { conversationId: _, ...kept } = parent.stamped
    return nearest(scope, parent, kept)
  }
  const sameCleared = session.kind === 'explicit' && session.id === undefined && sameScopeSet(scope, parent)
  const current = session.kind === 'explicit' ? explicitNow(parent) : session.id
  const same = id === undefined ? sameCleared : current === id
  return same ? nearest(scope, parent, parent.stamped) : scope.fields
}

const sameScopeSet = (scope: Scope, span: ModelSpan) => span.scope?.deciding === scope.deciding

function fieldsOfChild(scope: Scope | undefined, parent: ModelSpan): SessionFields {
  return scope?.under === parent ? { ...parent.stamped, ...scope.below } : parent.stamped
}

function undecidedFields(
  id: string | undefined,
  scope: Scope | undefined,
  parent: ModelSpan | undefined,
): SessionFields {
  if (parent === undefined) return scope?.fields ?? {}
  const ofParent = startId(parent)
  if (ofParent !== undefined && ofParent !== id) return scope?.fields ?? {}
  return scope === undefined ? parent.stamped : nearest(scope, parent, parent.stamped)
}

function nearest(scope: Scope, parent: ModelSpan, ofParent: SessionFields): SessionFields {
  if (parent.scope === scope) return { ...scope.fields, ...ofParent }
  if (scope.under === parent) return { ...scope.fields, ...ofParent, ...scope.below }
  // The parent was made active in a scope that was entered elsewhere.
  return { ...ofParent, ...scope.fields }
}

/** The fields that all scopes of a session have alike. */
function agreed(entered: readonly SessionFields[]): SessionFields {
  const [first = {}] = entered
  const keys = Object.keys(first) as (keyof SessionFields)[]
  const same = keys.filter((key) => entered.every((fields) => fields[key] === first[key]))
  return Object.fromEntries(same.map((key) => [key, first[key]]))
}

/** "A key that the span already has is not overwritten", unless the value is ours. Returns the stamped fields. */
function stampFields(span: ModelSpan, fields: SessionFields, ours: readonly SessionFields[]): SessionFields {
  const stamped: { -readonly [K in keyof SessionFields]: SessionFields[K] } = {}
  for (const field of FIELDS) {
    const key = KEYS[field]
    const value = fields[field]
    const mayWrite = !(key in span.attributes) || ours.some((own) => own[field] === span.attributes[key])
    if (value === undefined || !mayWrite) continue
    span.attributes[key] = value
    stamped[field] = value
  }
  return stamped
}

const KEYS = { userId: 'user.id', conversationId: 'gen_ai.conversation.id' } as const
const FIELDS = ['userId', 'conversationId'] as const

/** Fields of ours that are still on the span, but not exported: of an earlier session, or removed. */
function markStale(
  span: ModelSpan,
  ours: readonly SessionFields[],
  isStale: (field: string) => boolean,
): void {
  const left = FIELDS.filter(
    (field) => isStale(field) && ours.some((own) => own[field] === span.attributes[KEYS[field]]),
  )
  span.stale = Object.fromEntries(left.map((field) => [field, span.attributes[KEYS[field]]]))
}

function addBelow(span: ModelSpan, fields: SessionFields): void {
  for (const field of FIELDS) {
    const value = fields[field]
    if (value !== undefined) span.below[field].add(value)
  }
}

/** The fields on which those below agree, with the session that they belong to; never in place of the span's own. */
function fromBelow(span: ModelSpan, id: unknown): Exported {
  const { session, fromChildren, below, attributes, stamped } = span
  const known = session.kind === 'none' ? fromChildren : new Set([startId(span)])
  if (known.size > 1 || (known.size === 1 && !isOnly(known, id))) return {}
  const learned = FIELDS.filter(
    (field) => below[field].size === 1 && !(field in stamped) && !(KEYS[field] in attributes),
  )
  return Object.fromEntries(learned.map((field) => [KEYS[field], [...below[field]][0]]))
}

const isOnly = (set: ReadonlySet<unknown>, value: unknown) => set.size === 1 && set.has(value)

/** Whether a scope that is entered under a span with a session has the same one inside. */
function staysIn(span: ModelSpan, deciding: DecidingScope | undefined): boolean {
  if (deciding === undefined || deciding.id === startId(span)) return true
  const around = sessionAtStart({}, deciding, span, {})
  return around.kind === 'explicit' && around.from === 'inherited'
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
