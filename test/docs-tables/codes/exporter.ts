import type { BackendProblem, DropReason, NotBackfilledReason } from '@otel-sessions/exporter'
import type { DroppedReason } from '@otel-sessions/exporter/persistent'
import { area, type CodeText } from './text.ts'

export const NOT_EXPORTED = area({
  title: 'A `session.id` is not exported: `exporter.stats().dropped`',
  anchor: 'not-exported',
  intro:
    '`SessionSpanExporter` exports the span without its `session.id`. It counts the attribute by reason; with `sessionProcessors` and `PersistentBatchSpanProcessor`, in `stats().session.dropped`.',
  isList: true,
  codes: {
    'not-a-string': {
      what: 'The attribute is a number, a boolean or an array.',
      fix: 'Find the code that writes it. Spans of another library often have it: [use `usingSession`](entering-a-session.md) instead.',
    },
    empty: { what: 'The attribute is empty.', fix: 'Find the code that writes it.' },
    'too-long': {
      what: 'The ID is longer than 199 characters, or than the option `maxLength`.',
      fix: 'Use a shorter ID, or [hash it](privacy.md#hash-an-id) with `onInvalid`.',
    },
    'control-character': {
      what: 'The ID contains a line break or another control character.',
      fix: 'Remove it where the ID is read, or hash it with `onInvalid`.',
    },
    'not-ascii': {
      what: 'The ID contains a character outside printable US-ASCII.',
      fix: 'Use another ID, or hash it with `onInvalid`.',
    },
    cleared: {
      what: 'Your application cleared the session, with `null` or an invalid ID, and something wrote one to the span.',
      fix: 'Nothing, if you cleared it on purpose. Else look for a code that begins with [`session-id:`](#session-id).',
    },
  } satisfies Record<DropReason, CodeText>,
})

export const NOT_BACKFILLED = area({
  title: 'Spans did not get the session of their trace: `stats().notBackfilled`',
  anchor: 'not-backfilled',
  intro:
    'With [backfill](backfill.md), spans without a session wait for their trace. These were exported without one before the trace was complete.',
  isList: true,
  codes: {
    time: {
      what: 'The trace took longer than `maxWaitMillis`, 30 seconds by default. Often one span never ends.',
      fix: 'Raise `maxWaitMillis`, end all spans, or use `usingSession`, which needs no waiting.',
    },
    number: {
      what: 'More than `maxSpans` spans wait, 2,048 by default.',
      fix: 'Raise `maxSpans`, or use `usingSession`.',
    },
    flush: {
      what: '`forceFlush` or `shutdown` exported everything that waited.',
      fix: 'Flush after the trace has ended: in a serverless function, after the response.',
    },
  } satisfies Record<NotBackfilledReason, CodeText>,
})

export const BACKEND = area({
  title: 'A backend does not get everything: `stats().backends`',
  anchor: 'backend',
  intro:
    "Something could not be written under the keys of [a backend](../reference/backends.md). The counters are by the backend's name, then by reason. The span is exported.",
  isList: true,
  codes: {
    'id-too-long': {
      what: 'The session ID is longer than this backend accepts. The backend gets none, and does not group the span.',
      fix: 'Use shorter IDs; [its limit](../reference/backends.md) is in the reference.',
    },
    'id-not-allowed': {
      what: 'The session ID has characters that this backend does not accept.',
      fix: 'Use letters, digits, `-` and `_`, such as a UUID.',
    },
    cleared: {
      what: "The session is cleared, so what a framework wrote under the backend's keys is removed.",
      fix: 'Nothing, if you cleared the session on purpose.',
    },
    'conversation-not-a-string': {
      what: '`gen_ai.conversation.id` is no string. It is left out.',
      fix: 'Write a string, or set `conversationId` with `usingSession`.',
    },
    'user-not-a-string': {
      what: '`user.id` is no string. It is left out.',
      fix: 'Write a string, or set `userId` with `usingSession`.',
    },
    'tags-not-strings': {
      what: '`tag.tags` contains something else than strings, which is left out.',
      fix: 'Write an array of strings.',
    },
    'tag-with-comma': {
      what: 'This backend takes tags as one text with commas, and would read two tags. The tag is left out.',
      fix: 'Use tags without commas.',
    },
    'tags-unreadable': {
      what: 'Reading the tags throws. They are left out.',
      fix: 'Write a plain array of strings.',
    },
    'metadata-key': {
      what: 'A key of the metadata would name a session or a user of this backend. It is left out.',
      fix: 'Rename the key.',
    },
    'metadata-too-many': {
      what: 'The metadata has more than 128 keys. The others are left out.',
      fix: 'Send less metadata, or put it into one key.',
    },
    'metadata-too-long': {
      what: 'The JSON of the metadata is longer than 32 kB. It is left out.',
      fix: 'Send less metadata.',
    },
    'metadata-not-an-object': {
      what: 'The attribute `metadata` is no JSON object. It is left out.',
      fix: 'Find the code that writes it, or set metadata with `usingSession`.',
    },
    'metadata-unserialisable': {
      what: 'The metadata cannot be written as JSON. It is left out.',
      fix: 'Use strings, numbers and booleans as values.',
    },
    'attributes-unreadable': {
      what: 'Reading the attributes of a span throws. Nothing is added to it.',
      fix: 'Look at the span processors and wrappers that run before the exporter.',
    },
  } satisfies Record<BackendProblem, CodeText>,
})

export const DROPPED = area({
  title: 'Spans are lost: `PersistentBatchSpanProcessor.stats().dropped`',
  anchor: 'dropped',
  intro:
    '[Delivery](delivery.md) counts every span that does not reach the endpoint, by reason. Spans in `stats().rejected` are not lost: they are kept for `redeliver()`, without a `directory` until the shutdown.',
  codes: {
    overflow: {
      what: 'The journal was full, or the memory that is used in its place. With the default `overflow`, the oldest spans are dropped.',
      fix: 'Find out why the endpoint does not take the spans. Raise `maxBytes`, or without a directory `maxMemoryBytes`.',
    },
    expired: {
      what: 'The spans waited longer than `maxAge`, 24 hours by default, and the last attempt failed, too.',
      fix: 'Find out why the endpoint does not take them; raise `maxAge` for longer outages.',
    },
    corrupt: {
      what: 'A file of the journal is damaged, and part of it cannot be read. The rest is sent.',
      fix: 'Look for a full or faulty disk, or for something that writes into the directory.',
    },
    'taken-over': {
      what: 'Another process took the journal over, and sends its spans: this process was stopped, or busy for more than a minute, in another container or a worker thread. Or somebody deleted the journal.',
      fix: 'Nothing. If nobody took it over, look for what deletes files in the directory.',
    },
    shutdown: {
      what: 'The process ended before delivery, and there is no journal.',
      fix: 'Set `directory`, so that the next process sends them. Or raise `shutdownTimeoutMillis`.',
    },
    'after-shutdown': {
      what: 'The spans ended after `provider.shutdown()`.',
      fix: 'Shut the provider down last, after servers and queues.',
    },
    unreadable: {
      what: 'Reading the span throws, so it cannot be encoded.',
      fix: 'Look at the attributes that your code or a library writes: getters and proxies can throw.',
    },
    'partial-success': {
      what: 'The endpoint accepted the request, and rejected some of its spans.',
      fix: 'Look at the log of the endpoint; at debug level, ours has its message.',
    },
    rejected: {
      what: 'The endpoint rejected the spans, and there is no space to keep them: the oldest are deleted, whichever process of the directory put them there. Or only memory kept them, and the process ended.',
      fix: 'Fix what the log says about the status. Set `directory`, or raise `maxRejectedBytes`.',
    },
    purged: { what: 'Your application called `purge()`.', fix: 'Nothing.' },
  } satisfies Record<DroppedReason, CodeText>,
})
