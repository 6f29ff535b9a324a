// The exception for LangChain, whose spans may start in another request's context.

import { A, alias, B, C, type Case, leaf, open, own } from './case.ts'

const LANGCHAIN = { langchain: true }

export const langchain: readonly Case[] = [
  {
    sentence: 'a late ID of another session that was entered takes precedence over the session of the scope',
    play: (w) => {
      w.usingSession(w.rootContext, B)
      const { span } = open(w, 'step', w.usingSession(w.rootContext, A), LANGCHAIN)
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { step: B },
  },
  {
    sentence: 'so does a late alias',
    play: (w) => {
      w.contextWithSession(w.rootContext, B)
      const { span } = open(w, 'step', w.usingSession(w.rootContext, A), LANGCHAIN)
      w.setAttribute(span, 'metadata', JSON.stringify({ thread_id: B }))
      w.end(span)
    },
    exports: { step: B },
  },
  {
    sentence: "the span has that session's user, and nothing of the other",
    play: (w) => {
      w.usingSession(w.rootContext, { sessionId: B, userId: 'user-b' })
      const inside = w.usingSession(w.rootContext, {
        sessionId: A,
        userId: 'user-a',
        conversationId: 'conv-a',
      })
      const { span } = open(w, 'step', inside, LANGCHAIN)
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { step: { 'session.id': B, 'user.id': 'user-b' } },
  },
  {
    sentence: 'it has no user on which the scopes of that session do not agree',
    play: (w) => {
      for (const userId of ['user-b', 'user-c']) w.usingSession(w.rootContext, { sessionId: B, userId })
      const inside = w.usingSession(w.rootContext, { sessionId: A, userId: 'user-a' })
      const { span } = open(w, 'step', inside, LANGCHAIN)
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { step: B },
  },
  {
    sentence: 'what starts below it afterwards inherits that session',
    play: (w) => {
      w.usingSession(w.rootContext, B)
      const step = open(w, 'step', w.usingSession(w.rootContext, A), LANGCHAIN)
      leaf(w, 'before', step.inside)
      w.setAttribute(step.span, 'session.id', B)
      w.end(step.span)
      leaf(w, 'after', step.inside)
    },
    exports: { before: A, step: B, after: B },
  },
  {
    sentence: 'a session that was not entered does not take precedence',
    play: (w) => {
      const { span } = open(w, 'step', w.usingSession(w.rootContext, A), LANGCHAIN)
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { step: { 'session.id': A, 'otel_sessions.overwritten_id': B } },
  },
  {
    sentence: 'nor does an outer session that a nested agent names',
    play: (w) => {
      const inner = w.usingSession(w.usingSession(w.usingSession(w.rootContext, B), C), A)
      const { span } = open(w, 'step', inner, LANGCHAIN)
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { step: { 'session.id': A, 'otel_sessions.overwritten_id': B } },
  },
  {
    sentence: "nor does the ID of a record that a tool reads, on a span that is not LangChain's",
    play: (w) => {
      w.usingSession(w.rootContext, B)
      const { span } = open(w, 'tool', w.usingSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { tool: { 'session.id': A, 'otel_sessions.overwritten_id': B } },
  },
  {
    sentence: 'nor does a constant that is open elsewhere',
    play: (w) => {
      w.usingSession(w.rootContext, 'default-thread')
      const { span } = open(w, 'step', w.usingSession(w.rootContext, A), LANGCHAIN)
      w.setAttribute(span, 'session.id', 'default-thread')
      w.end(span)
    },
    exports: { step: { 'session.id': A, 'otel_sessions.overwritten_id': 'default-thread' } },
  },
  {
    sentence: 'nor does an alias that was there from the start',
    play: (w) => {
      w.usingSession(w.rootContext, B)
      leaf(w, 'step', w.usingSession(w.rootContext, A), { ...alias(B), ...LANGCHAIN })
    },
    exports: { step: A },
  },
  {
    sentence: 'a session that was set on the span itself is no matter of the exception',
    play: (w) => {
      w.usingSession(w.rootContext, B)
      const { span } = open(w, 'step', w.usingSession(w.rootContext, C), { ...own(A), ...LANGCHAIN })
      w.setAttribute(span, 'thread_id', B)
      w.end(span)
    },
    exports: { step: A },
  },
]
