// User and conversation.

import { A, alias, B, type Case, INVALID, leaf, open, own } from './case.ts'

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
  {
    sentence: 'setSpanSession inside a scope is inherited below the span, by what starts in the same session',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A))
      w.setSpanSession(root.span, person)
      leaf(w, 'child', root.inside)
      leaf(w, 'own', root.inside, own(A))
      leaf(w, 'other', root.inside, own(B))
      leaf(w, 'scope', w.contextWithSession(root.inside, B))
      leaf(w, 'cleared', w.contextWithoutSession(root.inside))
      w.end(root.span)
    },
    exports: {
      root: { 'session.id': A, ...stampedPerson },
      child: { 'session.id': A, ...stampedPerson },
      own: { 'session.id': A, ...stampedPerson },
      other: B,
      scope: B,
      cleared: undefined,
    },
  },
  {
    sentence: 'the session that the span has already keeps its fields, another one does not',
    play: (w) => {
      const scope = w.contextWithSession(w.rootContext, { sessionId: A, ...person })
      for (const [name, id] of Object.entries({ same: A, other: B })) {
        const { span, inside } = open(w, name, scope)
        w.setSpanSession(span, id)
        leaf(w, `below ${name}`, inside)
        w.end(span)
      }
    },
    exports: {
      same: { 'session.id': A, ...stampedPerson },
      'below same': { 'session.id': A, ...stampedPerson },
      other: B,
      'below other': B,
    },
  },
  {
    sentence: 'a scope below a span takes precedence over it, and a span over a scope around it',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, { sessionId: A, userId: 'user-1' }))
      w.setSpanSession(root.span, { userId: 'user-2' })
      leaf(w, 'span', root.inside)
      leaf(w, 'scope', w.contextWithSession(root.inside, { userId: 'user-1' }))
      leaf(w, 'more', w.contextWithSession(root.inside, { conversationId: 'conv-1' }))
      w.end(root.span)
    },
    exports: {
      root: { 'session.id': A, 'user.id': 'user-2' },
      span: { 'session.id': A, 'user.id': 'user-2' },
      scope: { 'session.id': A, 'user.id': 'user-1' },
      more: { 'session.id': A, 'user.id': 'user-2', 'gen_ai.conversation.id': 'conv-1' },
    },
  },
  {
    sentence: 'an invalid user removes that of the span, and is not inherited',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, { sessionId: A, ...person }))
      w.setSpanSession(root.span, { userId: INVALID })
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: {
      root: { 'session.id': A, 'gen_ai.conversation.id': 'conv-1' },
      child: { 'session.id': A, 'gen_ai.conversation.id': 'conv-1' },
    },
  },
  {
    sentence: 'a scope without a session reaches the active span that has none, or has the same',
    play: (w) => {
      const none = open(w, 'none', w.rootContext)
      w.usingSession(none.inside, person)
      w.end(none.span)
      const same = open(w, 'same', w.rootContext, own(A))
      leaf(w, 'below', w.usingSession(same.inside, person))
      leaf(w, 'beside', same.inside)
      w.end(same.span)
      const cleared = open(w, 'cleared', w.contextWithoutSession(w.rootContext))
      w.usingSession(cleared.inside, person)
      w.end(cleared.span)
    },
    exports: {
      none: stampedPerson,
      same: { 'session.id': A, ...stampedPerson },
      below: { 'session.id': A, ...stampedPerson },
      beside: A,
      cleared: undefined,
    },
  },
  {
    sentence: 'the fields of children come with their session, if all agree on them',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', w.contextWithSession(root.inside, { sessionId: A, ...person }))
      leaf(w, 'two', w.contextWithSession(root.inside, { sessionId: A, userId: 'user-2' }))
      leaf(w, 'three', w.contextWithSession(root.inside, A))
      w.end(root.span)
    },
    exports: {
      root: { 'session.id': A, 'gen_ai.conversation.id': 'conv-1' },
      one: { 'session.id': A, ...stampedPerson },
      two: { 'session.id': A, 'user.id': 'user-2' },
      three: A,
    },
  },
  {
    sentence: 'the fields of children do not come without their session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', w.contextWithSession(root.inside, { sessionId: A, ...person }))
      leaf(w, 'two', w.contextWithSession(root.inside, { sessionId: B, ...person }))
      w.end(root.span)
      const named = open(w, 'named', w.rootContext)
      w.usingSession(named.inside, { sessionId: A, ...person })
      w.setAttribute(named.span, 'session.id', B)
      w.end(named.span)
    },
    exports: {
      root: undefined,
      one: { 'session.id': A, ...stampedPerson },
      two: { 'session.id': B, ...stampedPerson },
      named: B,
    },
  },
  {
    sentence: 'a scope below a child of another user makes the span above disagree',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', w.contextWithSession(root.inside, { sessionId: A, userId: 'user-1' }))
      w.usingSession(child.inside, { userId: 'user-2' })
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: A, child: { 'session.id': A, 'user.id': 'user-1' } },
  },
]
