// Random programs: lists of operations over a growing set of spans and contexts.

import fc from 'fast-check'
import { type Back, type Ending, linesOf, type Operation } from './interpreter.ts'
import { type AttributeValue, OTHERS, type SessionArgument } from './world.ts'

export class Program {
  readonly operations: readonly Operation[]
  readonly ending: Ending

  constructor(operations: readonly Operation[], ending: Ending) {
    this.operations = operations
    this.ending = ending
  }

  /** Used by fast-check to print a counterexample. */
  [fc.toStringMethod](): string {
    return `\n${linesOf(this).join('\n')}\n`
  }
}

// Few, so that they coincide.
const validId = fc.constantFrom('sess-A', 'sess-B', 'sess-C')
const invalidString = fc.constantFrom('', '   ', 'x'.repeat(200), 'séance', 'two\nlines')
const invalidAttribute = fc.oneof(invalidString, fc.constant(42))
const user = fc.constantFrom('user-1', 'user-2')
// One is also a session ID, so that a conversation that is read as an alias by mistake may agree or disagree.
const conversation = fc.constantFrom('conv-1', 'conv-2', 'sess-A')

const named = fc.constantFrom('undefined', 'default-thread')

const sessionIdAttribute = fc.oneof(
  { weight: 5, arbitrary: validId },
  { weight: 2, arbitrary: invalidAttribute },
)
// An explicit session that looks like a placeholder or a constant is used.
const explicitAttribute = fc.oneof(
  { weight: 12, arbitrary: sessionIdAttribute },
  { weight: 1, arbitrary: named },
)
const aliasValue = fc.oneof(
  { weight: 6, arbitrary: validId },
  { weight: 1, arbitrary: fc.constantFrom('undefined', 'None', '[object Object]') },
  { weight: 1, arbitrary: fc.constantFrom<AttributeValue>(1, 2) },
  { weight: 1, arbitrary: fc.constantFrom<AttributeValue>(1.5, '', 'x'.repeat(200)) },
)
const metadataValue = fc.oneof(
  validId.map((id) => JSON.stringify({ thread_id: id })),
  fc.tuple(validId, validId).map(([a, b]) => JSON.stringify({ thread_id: a, session_id: b })),
  fc.tuple(validId, validId).map(([a, b]) => JSON.stringify({ threadId: a, conversation_id: b })),
  validId.map((id) => JSON.stringify({ 'langfuse.session.id': id })),
  fc.constantFrom(
    '{"thread_id":7}',
    '{"thread_id":"undefined"}',
    '{"user":"sess-A"}',
    '["sess-A"]',
    'sess-A',
  ),
)

const startAttributes = fc
  .record({
    'session.id': rarely(explicitAttribute, 6),
    thread_id: rarely(aliasValue, 5),
    session_id: rarely(aliasValue, 16),
    'gen_ai.conversation.id': rarely(conversation, 16),
    'langwatch.thread.id': rarely(aliasValue, 20),
    'ai.telemetry.metadata.$ai_session_id': rarely(aliasValue, 20),
    metadata: rarely(metadataValue, 20),
    'user.id': rarely(user, 20),
  })
  .map(withoutMissing)

const lateWrite = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('session.id'), explicitAttribute) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom(
        'thread_id',
        'session_id',
        'langfuse.session.id',
        'conversation_id',
        'metadata.thread_id',
      ),
      aliasValue,
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('gen_ai.conversation.id'), conversation) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('metadata'), metadataValue) },
)

const fields = fc
  .record({ userId: rarely(user, 2), conversationId: rarely(conversation, 2) })
  .map(withoutMissing)
const fieldsOnly = fc.oneof(
  user.map((userId) => ({ userId })),
  conversation.map((conversationId) => ({ conversationId })),
  fc.record({ userId: user, conversationId: conversation }),
)
const notASession = fc.oneof(
  fc.constantFrom<SessionArgument & (null | undefined | number)>(null, undefined, 42),
  invalidString,
)
const explicitId = fc.oneof(
  { weight: 12, arbitrary: validId },
  { weight: 5, arbitrary: notASession },
  { weight: 1, arbitrary: named },
)
const explicit: fc.Arbitrary<SessionArgument> = fc.oneof(
  { weight: 3, arbitrary: explicitId },
  { weight: 2, arbitrary: fc.tuple(explicitId, fields).map(([sessionId, more]) => ({ ...more, sessionId })) },
)
const anySession: fc.Arbitrary<SessionArgument> = fc.oneof(
  { weight: 4, arbitrary: explicit },
  { weight: 2, arbitrary: fieldsOnly },
)

// Mostly the newest, for deep trees, with some old contexts and spans.
const back: fc.Arbitrary<Back> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat({ max: 2 }) },
  { weight: 2, arbitrary: fc.nat({ max: 12 }) },
)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('start' as const),
      context: back,
      attributes: startAttributes,
      root: fc.oneof(
        { weight: 12, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
      langchain: fc.oneof(
        { weight: 3, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('activate' as const), context: back, span: back }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('enter' as const),
      how: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom('contextWithSession' as const, 'usingSession' as const) },
        { weight: 1, arbitrary: fc.constant('contextWithoutSession' as const) },
      ),
      context: back,
      session: anySession,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('other' as const),
      context: back,
      other: fc.constantFrom(...OTHERS),
      session: aliasValue,
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(back, lateWrite)
      .map(([span, [key, value]]) => ({ do: 'write' as const, span, key, value })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      span: back,
      session: fc.oneof({ weight: 9, arbitrary: explicit }, { weight: 1, arbitrary: fieldsOnly }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), span: back }) },
)

export const program: fc.Arbitrary<Program> = fc
  .tuple(
    // Unbiased: fast-check would make every other program a very short one.
    fc.noBias(fc.array(operation, { minLength: 1, maxLength: 16, size: 'max' })),
    fc.constantFrom<Ending>('leave', 'children first', 'parents first'),
  )
  .map(([operations, ending]) => new Program(operations, ending))

function rarely<T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

function withoutMissing<T extends object>(record: T): { [K in keyof T]: NonNullable<T[K]> } {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: NonNullable<T[K]> }
}
