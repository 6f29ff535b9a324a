// User and conversation.

import { A, alias, B, type Case, leaf, open, own } from './case.ts'

const person = { userId: 'user-1', conversationId: 'conv-1' }
const stampedPerson = { 'user.id': 'user-1', 'gen_ai.conversation.id': 'conv-1' }

export const fields: readonly Case[] = [
  {
    sentence: 'the fields of a scope are stamped with its session, and its conversation is no alias',
    play: (w) => {
      leaf(w, 'stated', w.setSession(w.rootContext, { sessionId: A, ...person }))
      leaf(w, 'bare', w.setSession(w.rootContext, person))
      leaf(w, 'hinted', w.setSession(w.rootContext, person), alias(B))
      leaf(w, 'absent', w.setSession(w.rootContext, { sessionId: undefined, ...person }))
    },
    ships: {
      stated: { 'session.id': A, ...stampedPerson },
      bare: stampedPerson,
      hinted: { 'session.id': B, ...stampedPerson },
      absent: stampedPerson,
    },
  },
  {
    sentence: 'they are not stamped on a span with a statement of its own, nor on its children',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, { sessionId: A, ...person }), own(B))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: B, child: B },
  },
  {
    sentence:
      'inner fields win, a new session drops the outer conversation only, stated absence everything of the outer',
    play: (w) => {
      const outer = w.setSession(w.rootContext, { sessionId: A, ...person })
      leaf(w, 'other user', w.setSession(outer, { userId: 'user-2' }))
      leaf(w, 'other session', w.setSession(outer, B))
      leaf(w, 'no session', w.clearSession(outer))
    },
    ships: {
      'other user': { 'session.id': A, ...stampedPerson, 'user.id': 'user-2' },
      'other session': { 'session.id': B, 'user.id': 'user-1' },
      'no session': {},
    },
  },
  {
    sentence: 'a key that the span already has is not overwritten',
    play: (w) =>
      leaf(w, 'span', w.setSession(w.rootContext, { sessionId: A, ...person }), {
        attributes: { 'user.id': 'somebody', 'gen_ai.conversation.id': 'their-own' },
      }),
    ships: { span: { 'session.id': A, 'user.id': 'somebody', 'gen_ai.conversation.id': 'their-own' } },
  },
  {
    sentence: 'setSpanSession stamps its fields on that span, and they travel with the statement',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.setSpanSession(root.span, { sessionId: A, userId: 'user-1' })
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: {
      root: { 'session.id': A, 'user.id': 'user-1' },
      child: { 'session.id': A, 'user.id': 'user-1' },
    },
  },
  {
    sentence: 'fields travel with an inherited statement, also to a span outside their scope',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, { sessionId: A, ...person }))
      leaf(w, 'child', w.withSpan(w.rootContext, root.span))
      w.end(root.span)
    },
    ships: {
      root: { 'session.id': A, ...stampedPerson },
      child: { 'session.id': A, ...stampedPerson },
    },
  },
  {
    sentence: 'a stated absence drops the conversation around it',
    play: (w) => {
      const talk = w.setSession(w.rootContext, { conversationId: 'conv-1' })
      leaf(w, 'span', w.clearSession(talk))
    },
    ships: { span: {} },
  },
  {
    sentence: 'setSpanSession does not overwrite what the span already has',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext, { attributes: { 'user.id': 'somebody' } })
      w.setSpanSession(span, { sessionId: A, userId: 'user-1' })
      w.end(span)
    },
    ships: { span: { 'session.id': A, 'user.id': 'somebody' } },
  },
  {
    sentence: 'setSpanSession without a session adds fields, and its conversation is no alias either',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setSpanSession(span, { conversationId: 'conv-1' })
      w.end(span)
    },
    ships: { span: { 'gen_ai.conversation.id': 'conv-1' } },
  },
]
