// A model of the rules: which session a span belongs to. Written from the words, not from the packages,
// and for reading, not for speed: nothing is written into attributes at a span's end, everything is worked out.

import { namesRefusedSession, readAlias } from './aliases.ts'
import { isHint, isSessionId } from './ids.ts'
import { enterScope, readArgument, type Scope, type StatingScope } from './scopes.ts'
import type {
  AttributeValue,
  Other,
  SessionArgument,
  SessionFields,
  Shipped,
  StartOptions,
  World,
  WorldOptions,
} from './world.ts'
import { JUDGED, OTHERS } from './world.ts'

/**
 * What a span got at its start (or by setSpanSession).
 * `own`: its start attribute or setSpanSession. `inherited`: rule 3. `scope`: rule 2. A statement without `id` is absence.
 */
type Session =
  | {
      readonly kind: 'explicit'
      readonly from: 'own' | 'inherited' | 'scope'
      readonly id: string | undefined
    }
  | { readonly kind: 'inferred'; readonly id: string }
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
  /** The stating scope in force when the span started. */
  readonly scope: StatingScope | undefined
  readonly attributes: Record<string, unknown>
  session: Session
  /** The fields that we stamped: they travel with the span's statement, and their conversation is never an alias. */
  stamped: SessionFields
  /** What we stamped for another session, before setSpanSession: not shipped. */
  revoked: SessionFields
  readonly learned: Set<string>
  ended: boolean
}

const NONE: Session = { kind: 'none' }

export class Model implements World<ModelContext, ModelSpan> {
  readonly rootContext: ModelContext = {}
  readonly #options: Required<WorldOptions>
  readonly #exported = new Map<string, Shipped>()

  constructor(options: WorldOptions = {}) {
    this.#options = { onOverwrite: 'restore', inferFromChildren: true, defaultSession: false, ...options }
  }

  withSpan(context: ModelContext, span: ModelSpan): ModelContext {
    return { ...context, span }
  }

  setSession(context: ModelContext, session: SessionArgument): ModelContext {
    return { ...context, scope: enterScope(context.scope, readArgument(session)) }
  }

  clearSession(context: ModelContext): ModelContext {
    return this.setSession(context, null)
  }

  usingSession(context: ModelContext, session: SessionArgument): ModelContext {
    this.#offer(context.span, readArgument(session).id)
    return this.setSession(context, session)
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
      scope: context.scope?.stating,
      attributes: { ...attributes },
      session: sessionAtStart(attributes, context.scope?.stating, parent, context.others ?? {}),
      stamped: {},
      revoked: {},
      learned: new Set(),
      ended: false,
    }
    const { session } = span
    if (session.kind !== 'none' && session.id !== undefined) span.attributes['session.id'] = session.id
    span.stamped = stampFields(span, fieldsFor(session, context.scope, parent), {})
    if (session.kind !== 'none') this.#offer(parent, session.id)
    return span
  }

  setAttribute(span: ModelSpan, key: string, value: AttributeValue): void {
    if (!span.ended) span.attributes[key] = value
  }

  setSpanSession(span: ModelSpan, session: SessionArgument): void {
    if (span.ended) return
    const said = readArgument(session)
    const ours = { ...span.revoked, ...span.stamped }
    const stamped = stampFields(span, said.fields, ours)
    // An object without `sessionId` only adds fields, here as in a scope.
    span.stamped = said.states ? stamped : { ...span.stamped, ...stamped }
    if (!said.states) return
    if (said.id === undefined || said.id !== startId(span)) revoke(span, ours, stamped)
    span.session = { kind: 'explicit', from: 'own', id: said.id }
    if (said.id !== undefined) span.attributes['session.id'] = said.id
    this.#offer(span.parent, said.id)
  }

  end(span: ModelSpan): void {
    if (span.ended) return
    const shipped = { ...withoutRevoked(span), ...this.#sessionAtEnd(span) }
    span.ended = true
    this.#exported.set(span.name, pickJudged(shipped))
    // Only what came late: the rest was offered when it came, and what was learned has climbed by itself.
    const said = span.session.kind === 'explicit' ? statedNow(span) : saidBySpan(span)
    // A placeholder is nobody's hint; a statement may be one.
    const counts = span.session.kind === 'explicit' || isHint(said)
    if (said !== startId(span) && counts) this.#offer(span.parent, said)
  }

  shipped(): Map<string, Shipped> {
    return this.#exported
  }

  /** An offer climbs while it meets open, bare spans. */
  #offer(first: ModelSpan | undefined, id: string | undefined): void {
    if (id === undefined || !this.#options.inferFromChildren) return
    let span = first
    while (span !== undefined && !span.ended && span.session.kind === 'none') {
      span.learned.add(id)
      span = span.parent
    }
  }

  #sessionAtEnd(span: ModelSpan): Shipped {
    const { session } = span
    const now = span.attributes['session.id']
    if (session.kind !== 'explicit') {
      const learned = span.learned.size === 1 ? [...span.learned][0] : undefined
      return { 'session.id': saidBySpan(span) ?? learned ?? this.#byDefault(span) }
    }
    const changed = isSessionId(now) && now !== session.id
    if (session.id === undefined || !changed) return { 'session.id': session.id }
    if (session.from === 'own' || this.#options.onOverwrite === 'accept') return { 'session.id': now }
    return { 'session.id': session.id, 'otel_sessions.overwritten_id': now }
  }

  /** "Used only where nothing else states or hints a session": an ID that is refused hints at one, too. */
  #byDefault(span: ModelSpan): string | undefined {
    const { defaultSession } = this.#options
    return defaultSession === false || namesRefusedSession(span.attributes) ? undefined : defaultSession
  }
}

/** The rules in their order: the first that applies. */
function sessionAtStart(
  attributes: Readonly<Record<string, unknown>>,
  scope: StatingScope | undefined,
  parent: ModelSpan | undefined,
  others: Others,
): Session {
  // 1, unless somebody's processor stamped what the context says
  const own = attributes['session.id']
  if (own !== undefined && !Object.values<unknown>(others).includes(own)) {
    return { kind: 'explicit', from: 'own', id: isSessionId(own) ? own : undefined }
  }
  const parentStates = parent?.session.kind === 'explicit' ? parent.session : undefined
  // 2: a scope that was entered below the parent, or the one that the parent itself has its session from
  if (scope !== undefined) {
    const enteredBelow = parent === undefined || parent.scope !== scope
    if (enteredBelow || parentStates?.from === 'scope')
      return { kind: 'explicit', from: 'scope', id: scope.id }
  }
  // 3
  if (parent !== undefined && parentStates !== undefined) {
    return { kind: 'explicit', from: 'inherited', id: statedNow(parent) }
  }
  // 4
  const alias = readAlias(attributes)
  if (alias !== undefined) return { kind: 'inferred', id: alias }
  // 5
  const inbound = others.inbound
  const other = OTHERS.map((name) => (name === 'inbound' ? undefined : hintOf(others[name]))).find(isHint)
  // 6, and 7
  const hint = other ?? (parent && namedNow(parent)) ?? hintOf(inbound)
  return hint === undefined ? NONE : { kind: 'inferred', id: hint }
}

/** Integers count as their digits, as with an alias. */
function hintOf(value: AttributeValue | undefined): string | undefined {
  const said = Number.isSafeInteger(value) ? String(value) : value
  return isHint(said) ? said : undefined
}

/** A span's statement as its next child sees it: its own may be changed by a later write, no other. */
function statedNow(span: ModelSpan): string | undefined {
  if (span.session.kind !== 'explicit') return undefined
  const { from, id } = span.session
  const now = span.attributes['session.id']
  return id !== undefined && from === 'own' && isSessionId(now) ? now : id
}

/** What a span without a statement names as its next child sees it; never what it learned from children. */
function namedNow(span: ModelSpan): string | undefined {
  // Once it has ended, its late rules have run: it names what it was shipped with by its own word.
  const now = span.ended ? saidBySpan(span) : span.attributes['session.id']
  return isHint(now) ? now : startId(span)
}

/** The late rules of a span without a statement, children apart. */
function saidBySpan(span: ModelSpan): string | undefined {
  const now = span.attributes['session.id']
  const stamped = startId(span)
  if (isSessionId(now) && now !== stamped) return now
  return readAlias(withoutOurOwn(span)) ?? stamped
}

function startId(span: ModelSpan): string | undefined {
  return span.session.kind === 'none' ? undefined : span.session.id
}

function withoutOurOwn(span: ModelSpan): Record<string, unknown> {
  const { 'gen_ai.conversation.id': conversation, ...rest } = span.attributes
  const { conversationId } = span.stamped
  return conversationId !== undefined && conversation === conversationId ? rest : span.attributes
}

/** A scope's fields go to its spans, but for those whose session a span stated; a statement brings its own along. */
function fieldsFor(session: Session, scope: Scope | undefined, parent: ModelSpan | undefined): SessionFields {
  if (session.kind === 'explicit' && session.from === 'own') return {}
  if (session.kind === 'explicit' && session.from === 'inherited') return parent?.stamped ?? {}
  return scope?.fields ?? {}
}

/** "A key that the span already has is not overwritten", unless what it has is ours. Gives what was stamped. */
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

/** Another session, or none: what was stamped for the one before is not this one's, unless it was said again. */
function revoke(span: ModelSpan, ours: SessionFields, stamped: SessionFields): void {
  const left = Object.entries(ours).filter(
    ([field, value]) => !(field in stamped) && span.attributes[KEYS[field as keyof typeof KEYS]] === value,
  )
  span.revoked = Object.fromEntries(left)
}

function withoutRevoked(span: ModelSpan): Record<string, unknown> {
  const shipped = { ...span.attributes }
  for (const [field, value] of Object.entries(span.revoked)) {
    const key = KEYS[field as keyof typeof KEYS]
    if (shipped[key] === value) delete shipped[key]
  }
  return shipped
}

function pickJudged(attributes: Readonly<Record<string, unknown>>): Shipped {
  return Object.fromEntries(
    JUDGED.filter((key) => attributes[key] !== undefined).map((key) => [key, attributes[key]]),
  )
}
