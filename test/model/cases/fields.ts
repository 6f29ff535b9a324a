// User and conversation.

import { A, alias, B, type Case, leaf, open, own } from './case.ts'

const person = { userId: 'user-1', conversationId: 'conv-1' }
const stampedPerson = { 'user.id': 'user-1', 'gen_ai.conversation.id': 'conv-1' }

export const fields: readonly Case[] = [
  {
    sentence: 'the fields of a scope are stamped with its session, and its conversation is not an alias',
    play: (w) => {
      leaf(w, 'explicit', w.contextWithSession(w.rootContext, { sessionId: A, ...person }))
      leaf(w, 'none', w.contextWithSession(w.rootContext, person))
      leaf(w, 'inferred', w.contextWithSession(w.rootContext, person), alias(B))
      leaf(w, 'cleared', w.contextWithSession(w.rootContext, { sessionId: undefined, ...person }))
    },
    exports: {
      explicit: { 'session.id': A, ...stampedPerson },
      none: stampedPerson,
      inferred: { 'session.id': B, ...stampedPerson },
      cleared: stampedPerson,
    },
  },
  {
    sentence: 'they are not stamped on a span with its own explicit session, nor on its children',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, { sessionId: A, ...person }), own(B))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: B, child: B },
  },
  {
    sentence:
      'inner fields win, a new session drops only the outer conversation, a cleared one all outer fields',
    play: (w) => {
      const outer = w.contextWithSession(w.rootContext, { sessionId: A, ...person })
      leaf(w, 'other user', w.contextWithSession(outer, { userId: 'user-2' }))
      leaf(w, 'other session', w.contextWithSession(outer, B))
      leaf(w, 'no session', w.contextWithoutSession(outer))
    },
    exports: {
      'other user': { 'session.id': A, ...stampedPerson, 'user.id': 'user-2' },
      'other session': { 'session.id': B, 'user.id': 'user-1' },
      'no session': {},
    },
  },
  {
    sentence: 'a key that the span already has is not overwritten',
    play: (w) =>
      leaf(w, 'span', w.contextWithSession(w.rootContext, { sessionId: A, ...person }), {
        attributes: { 'user.id': 'somebody', 'gen_ai.conversation.id': 'their-own' },
      }),
    exports: { span: { 'session.id': A, 'user.id': 'somebody', 'gen_ai.conversation.id': 'their-own' } },
  },
  {
    sentence: 'setSpanSession stamps its fields on that span, and they are inherited with the session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.setSpanSession(root.span, { sessionId: A, userId: 'user-1' })
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: {
      root: { 'session.id': A, 'user.id': 'user-1' },
      child: { 'session.id': A, 'user.id': 'user-1' },
    },
  },
  {
    sentence: 'fields are inherited with an explicit session, also by a span outside their scope',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, { sessionId: A, ...person }))
      leaf(w, 'child', w.withSpan(w.rootContext, root.span))
      w.end(root.span)
    },
    exports: {
      root: { 'session.id': A, ...stampedPerson },
      child: { 'session.id': A, ...stampedPerson },
    },
  },
  {
    sentence: 'a cleared session drops the outer conversation',
    play: (w) => {
      const talk = w.contextWithSession(w.rootContext, { conversationId: 'conv-1' })
      leaf(w, 'span', w.contextWithoutSession(talk))
    },
    exports: { span: {} },
  },
  {
    sentence: 'setSpanSession does not overwrite what the span already has',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext, { attributes: { 'user.id': 'somebody' } })
      w.setSpanSession(span, { sessionId: A, userId: 'user-1' })
      w.end(span)
    },
    exports: { span: { 'session.id': A, 'user.id': 'somebody' } },
  },
  {
    sentence: 'setSpanSession without a session adds fields, and its conversation is not an alias either',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setSpanSession(span, { conversationId: 'conv-1' })
      w.end(span)
    },
    exports: { span: { 'gen_ai.conversation.id': 'conv-1' } },
  },
]
