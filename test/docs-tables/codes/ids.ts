import type { IdFieldCode } from '@otel-sessions/processor'
import type { SessionIdAdvice, SessionIdReason } from '@otel-sessions/semconv'
import { area, type CodeText } from './text.ts'

const REASONS: Readonly<Record<SessionIdReason, CodeText>> = {
  'not-a-string': {
    what: 'The value is no string. It is mostly `undefined`, a number, or a Promise without `await`.',
    fix: 'Check the variable that you pass. Convert a number with `String(id)`.',
  },
  empty: {
    what: 'The string is empty, or has only spaces.',
    fix: 'Check where the value comes from, and what it is when nothing is found there.',
  },
  'too-long': {
    what: 'The string has more than 199 characters. It is not truncated, because that could merge two users.',
    fix: 'Use a shorter ID, such as the key of the conversation in your database. Or [hash it](privacy.md#hash-an-id).',
  },
  'control-character': {
    what: 'The string contains a line break, a tab or another control character.',
    fix: 'Remove it where you read the value; a value from a file or a command often ends with a line break.',
  },
  'not-ascii': {
    what: 'The string contains a character outside printable US-ASCII, such as `é`.',
    fix: 'Use an ID without names or titles in it, or `encodeURIComponent(id)`.',
  },
}

const { 'not-a-string': _, ...REASONS_OF_STRINGS } = REASONS

/** The same reasons for another field, with its codes. */
function reasonsFor<Field extends string, Reason extends string = SessionIdReason>(
  field: Field,
  reasons: Readonly<Record<Reason, CodeText>> = REASONS as Readonly<Record<Reason, CodeText>>,
): Record<`${Field}:${Reason}`, CodeText> {
  const entries = Object.entries(reasons).map(([reason, text]) => [`${field}:${reason}`, text])
  return Object.fromEntries(entries) as Record<`${Field}:${Reason}`, CodeText>
}

const fieldArea = <Field extends IdFieldCode>(field: Field, title: string, property: string) =>
  area({
    title,
    anchor: field,
    intro: `The \`${property}\` of a session is left out; the session itself is used. Nothing is inherited in its place from an outer scope. It follows [the rule of session IDs](../reference/session-ids.md).`,
    isList: true,
    codes: {
      ...reasonsFor(field),
      ...({
        [`${field}:unreadable`]: {
          what: `Reading \`${property}\` throws.`,
          fix: 'Look at the getter or proxy behind the property.',
        },
      } as Record<`${Field}:unreadable`, CodeText>),
    },
  })

export const SESSION_ID = area({
  title: 'A session ID is rejected',
  anchor: 'session-id',
  intro:
    "The value that you passed to `usingSession`, `bindSession`, `setSpanSession`, `startSession` or `resumeSession` is not [a valid session ID](../reference/session-ids.md). The work has no session: it does not fall back to the outer one, which may be another user's. To run without a session on purpose, pass `null`, which is not counted.",
  isList: true,
  codes: reasonsFor('session-id'),
})

export const CONVERSATION_ID = fieldArea('conversation-id', 'A conversation ID is left out', 'conversationId')
export const USER_ID = fieldArea('user-id', 'A user ID is left out', 'userId')
export const PREVIOUS_SESSION_ID = fieldArea(
  'previous-session-id',
  'The ID of a previous session is left out',
  'previousSessionId',
)

export const ATTRIBUTE = area({
  title: '`session.id` on a span',
  anchor: 'attribute',
  intro:
    'The `session.id` of a span is invalid, or a limit of the SDK changes it. An invalid one among the attributes that you pass to `startSpan` clears the session of the span and of those below it. `SessionSpanExporter` does not export it.',
  isList: true,
  codes: {
    ...reasonsFor('attribute'),
    'attribute:truncated': {
      what: 'The SDK cut `session.id` off, because `attributeValueLengthLimit` is shorter than the ID. Two sessions could become one.',
      fix: 'Pass your span processors through `sessionProcessors`, which exports the whole ID. Or raise the limit, also as `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.',
    },
    'attribute:not-kept': {
      what: 'The SDK did not store `session.id`, because the span has as many attributes as `attributeCountLimit` allows.',
      fix: 'Pass your span processors through `sessionProcessors`, which adds it. Or raise the limit.',
    },
  },
})

export const ENVIRONMENT = area({
  title: 'The variable `OTEL_SESSION_ID` is ignored',
  anchor: 'environment',
  intro:
    '`SessionSpanProcessor` reads the default session of the process from this [environment variable](../reference/environment.md#the-default-session). Its value is invalid, so there is no default session. With `defaultSession: true`, each processor gets a new ID.',
  isList: true,
  codes: {
    ...reasonsFor('environment', REASONS_OF_STRINGS),
    'environment:placeholder': {
      what: 'The value is a missing value that became a string, such as `undefined`. All processes would share one session.',
      fix: 'Set the variable only if there is an ID. In Node, `process.env.OTEL_SESSION_ID = undefined` sets the text `undefined`.',
    },
  },
})

export const ADVICE = area({
  title: 'A session ID is weak',
  anchor: 'advice',
  intro: 'The ID is valid and is used. It may still be a mistake.',
  isList: true,
  codes: {
    'advice:generic': {
      what: 'The ID looks like `session_1` or `default`, so several users may share it.',
      fix: 'Use an ID that is unique: the ID of the conversation in your database, or `createSessionId()`.',
    },
    'advice:placeholder': {
      what: 'The ID looks like a missing value that became a string, such as `undefined` or `[object Object]`.',
      fix: 'Check the template string or the conversion that makes the ID.',
    },
    'advice:surrounding-blank': {
      what: 'The ID begins or ends with a space. A backend that trims IDs merges it with another one.',
      fix: 'Trim it where you read it.',
    },
    'advice:looks-like-email': {
      what: 'The ID looks like an email address, which is personal data and is shown by every backend.',
      fix: 'Use an internal ID, or [hash it](privacy.md#hash-an-id).',
    },
  } satisfies Record<`advice:${SessionIdAdvice}`, CodeText>,
})
