// The rules for a span's end: values that are written after its start.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

export const late: readonly Case[] = [
  {
    sentence: 'a later value does not replace the session of a scope, and is kept as overwritten',
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { span: { 'session.id': A, 'otel_sessions.overwritten_id': B } },
  },
  {
    sentence: "with 'accept' it does, on that span only",
    options: { onOverwrite: 'accept' },
    play: (w) => {
      const { span, inside } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      leaf(w, 'child', inside)
      w.end(span)
    },
    exports: { span: B, child: A },
  },
  {
    sentence: "an invalid later value never stays, not even with 'accept'",
    options: { onOverwrite: 'accept' },
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', INVALID)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence: 'an invalid later value is replaced and not kept as overwritten',
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', 42)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence:
      "a span's own explicit session may be changed, and children that start later inherit the change",
    play: (w) => {
      const { span, inside } = open(w, 'span', w.rootContext, own(A))
      leaf(w, 'early', inside)
      w.setAttribute(span, 'session.id', B)
      leaf(w, 'later', inside)
      w.end(span)
    },
    exports: { span: B, early: A, later: B },
  },
  {
    sentence: 'a cleared session stops a later value and a later alias',
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithoutSession(w.rootContext))
      w.setAttribute(span, 'session.id', B)
      w.setAttribute(span, 'thread_id', C)
      w.end(span)
    },
    exports: { span: undefined },
  },
  {
    sentence: 'a span without a session takes a late one',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'thread_id', B)
      w.setAttribute(span, 'session.id', A)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence: 'a span without a session takes a late alias, even after an invalid late session',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'metadata', JSON.stringify({ thread_id: B }))
      w.setAttribute(span, 'session.id', INVALID)
      w.end(span)
    },
    exports: { span: B },
  },
  {
    sentence: 'a late alias replaces an inferred session',
    play: (w) => {
      const { span, inside } = open(w, 'span', w.rootContext, alias(A))
      const child = open(w, 'child', inside)
      w.setAttribute(child.span, 'thread_id', B)
      w.end(child.span)
      w.end(span)
    },
    exports: { span: A, child: B },
  },
  {
    sentence: 'a late key of a higher concept replaces an inferred session',
    play: (w) => {
      const thread = open(w, 'thread', w.rootContext, alias(A))
      w.setAttribute(thread.span, 'gen_ai.conversation.id', B)
      w.end(thread.span)
      const conversation = open(w, 'conversation', w.rootContext, { attributes: { conversation_id: A } })
      w.setAttribute(conversation.span, 'metadata', JSON.stringify({ 'langfuse.session.id': B }))
      w.end(conversation.span)
    },
    exports: { thread: { 'session.id': B, 'gen_ai.conversation.id': B }, conversation: B },
  },
  {
    sentence: 'a late key of a lower concept does not replace an inferred session',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext, { attributes: { session_id: A } })
      w.setAttribute(span, 'gen_ai.conversation.id', B)
      w.setAttribute(span, 'thread_id', C)
      w.end(span)
    },
    exports: { span: { 'session.id': A, 'gen_ai.conversation.id': B } },
  },
  {
    sentence: 'a late key of the same concept replaces an inferred session only if it is the same key',
    play: (w) => {
      const start = { attributes: { 'langwatch.thread.id': A } }
      const other = open(w, 'other key', w.rootContext, start)
      w.setAttribute(other.span, 'thread_id', B)
      w.end(other.span)
      const same = open(w, 'same key', w.rootContext, start)
      w.setAttribute(same.span, 'thread_id', B)
      w.setAttribute(same.span, 'langwatch.thread.id', C)
      w.end(same.span)
      const invalid = open(w, 'same key, invalid', w.rootContext, start)
      w.setAttribute(invalid.span, 'langwatch.thread.id', INVALID)
      w.setAttribute(invalid.span, 'thread_id', B)
      w.end(invalid.span)
    },
    exports: { 'other key': A, 'same key': C, 'same key, invalid': A },
  },
  {
    sentence: 'among late keys on a span without a session, the concept decides, whatever was written first',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'thread_id', A)
      w.setAttribute(span, 'traceloop.association.properties.session_id', B)
      w.setAttribute(span, 'conversation_id', C)
      w.end(span)
    },
    exports: { span: B },
  },
  {
    sentence: 'a late key of a lower concept does not replace what the parent inferred',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, { attributes: { session_id: A } })
      const child = open(w, 'child', root.inside)
      w.setAttribute(child.span, 'thread_id', B)
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: "a late conversation does not replace the session of another library's helper",
    play: (w) => {
      const session = open(w, 'session', w.withOther(w.rootContext, 'langfuse', A))
      w.setAttribute(session.span, 'gen_ai.conversation.id', B)
      w.end(session.span)
      const conversation = open(w, 'conversation', w.withOther(w.rootContext, 'traceloop', A))
      w.setAttribute(conversation.span, 'gen_ai.conversation.id', B)
      w.end(conversation.span)
    },
    exports: {
      session: { 'session.id': A, 'gen_ai.conversation.id': B },
      conversation: { 'session.id': B, 'gen_ai.conversation.id': B },
    },
  },
  {
    sentence: 'a late alias does not replace an explicit session',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext, own(A))
      w.setAttribute(span, 'thread_id', B)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence: 'a value written after the end is ignored',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.end(span)
      w.setAttribute(span, 'session.id', A)
      w.setSpanSession(span, B)
    },
    exports: { span: undefined },
  },
]
