// Each rule alone.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

export const alone: readonly Case[] = [
  {
    sentence: 'no rule applies: no session',
    play: (w) => leaf(w, 'span', w.rootContext),
    exports: { span: undefined },
  },
  {
    sentence: 'rule 1: a start attribute sets the session',
    play: (w) => leaf(w, 'span', w.rootContext, own(A)),
    exports: { span: A },
  },
  {
    sentence: 'rule 1: an invalid start attribute clears the session',
    play: (w) => leaf(w, 'span', w.rootContext, own(INVALID)),
    exports: { span: undefined },
  },
  {
    sentence: 'rule 1: a start attribute that is not a string clears the session',
    play: (w) => leaf(w, 'span', w.rootContext, own(42)),
    exports: { span: undefined },
  },
  {
    sentence: 'rule 1: an explicit session that looks like a placeholder is used',
    play: (w) => leaf(w, 'span', w.rootContext, own('undefined')),
    exports: { span: 'undefined' },
  },
  {
    sentence: 'rule 2: a scope sets the session',
    play: (w) => leaf(w, 'span', w.contextWithSession(w.rootContext, A)),
    exports: { span: A },
  },
  {
    sentence: 'rule 2: the scope of a parent is the scope of its child',
    play: (w) => {
      const root = open(w, 'root', w.usingSession(w.rootContext, A))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 3: a child inherits the explicit session of its parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 3: a child that starts after its parent has ended still inherits',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      w.end(root.span)
      leaf(w, 'child', root.inside)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 3: a child inherits a cleared session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: undefined, child: undefined },
  },
  {
    sentence: 'rule 3: setSpanSession is inherited by children that start later',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const early = open(w, 'early', root.inside)
      w.setSpanSession(root.span, A)
      leaf(w, 'later', root.inside)
      w.end(early.span)
      w.end(root.span)
    },
    exports: { root: A, early: undefined, later: A },
  },
  {
    sentence: 'rule 3: a root span has no parent to inherit from',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'other', root.inside, { root: true })
      w.end(root.span)
    },
    exports: { root: A, other: undefined },
  },
  {
    sentence: 'rule 4: the session of an alias among the start attributes is inferred',
    play: (w) => leaf(w, 'span', w.rootContext, alias(A)),
    exports: { span: A },
  },
  {
    sentence: 'rule 4: an integer is a valid alias value',
    play: (w) => leaf(w, 'span', w.rootContext, alias(1)),
    exports: { span: '1' },
  },
  {
    sentence: 'rule 4: a placeholder is ignored',
    play: (w) => leaf(w, 'span', w.rootContext, alias('undefined')),
    exports: { span: undefined },
  },
  {
    sentence: 'rule 4: the first valid alias in the order of the table wins',
    play: (w) =>
      leaf(w, 'span', w.rootContext, { attributes: { thread_id: A, conversation_id: B, session_id: '' } }),
    exports: { span: B },
  },
  {
    sentence: 'rule 4: a session of any source wins over a conversation, and this over a thread',
    play: (w) => {
      const lower = { 'langwatch.thread.id': B, conversation_id: C }
      leaf(w, 'flat', w.rootContext, { attributes: { ...lower, 'metadata.sessionId': A } })
      leaf(w, 'in JSON', w.rootContext, {
        attributes: { ...lower, metadata: JSON.stringify({ sessionId: A }) },
      })
      leaf(w, 'chat', w.rootContext, {
        attributes: { thread_id: B, 'traceloop.association.properties.chat_id': A },
      })
    },
    exports: { flat: A, 'in JSON': A, chat: A },
  },
  {
    sentence: "rule 4: a vendor's own key counts under a framework's prefix",
    play: (w) =>
      leaf(w, 'span', w.rootContext, { attributes: { 'ai.telemetry.metadata.$ai_session_id': A } }),
    exports: { span: A },
  },
  {
    sentence: 'rule 6: a child takes the inferred session of its parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 6: a child infers the session that setAttribute wrote on a parent without one',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.setAttribute(root.span, 'session.id', A)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 6: the parent’s current ID takes precedence over the one inferred at its start',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      w.setAttribute(root.span, 'session.id', B)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: B, child: B },
  },
  {
    sentence:
      'rule 6: an invalid later value does not replace the session that the parent inferred at its start',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      w.setAttribute(root.span, 'session.id', INVALID)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 6: a placeholder written on the parent is ignored',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      w.setAttribute(root.span, 'session.id', 'undefined')
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: 'undefined', child: A },
  },
]
