// Each rule alone.

import { A, alias, B, type Case, INVALID, leaf, open, own } from './case.ts'

export const alone: readonly Case[] = [
  {
    sentence: 'no rule applies: no session',
    play: (w) => leaf(w, 'span', w.rootContext),
    ships: { span: undefined },
  },
  {
    sentence: 'rule 1: a start attribute states the session',
    play: (w) => leaf(w, 'span', w.rootContext, own(A)),
    ships: { span: A },
  },
  {
    sentence: 'rule 1: an invalid start attribute states absence',
    play: (w) => leaf(w, 'span', w.rootContext, own(INVALID)),
    ships: { span: undefined },
  },
  {
    sentence: 'rule 1: a start attribute that is no string states absence',
    play: (w) => leaf(w, 'span', w.rootContext, own(42)),
    ships: { span: undefined },
  },
  {
    sentence: 'rule 1: a statement that looks like a placeholder is a statement',
    play: (w) => leaf(w, 'span', w.rootContext, own('undefined')),
    ships: { span: 'undefined' },
  },
  {
    sentence: 'rule 2: a scope states the session',
    play: (w) => leaf(w, 'span', w.setSession(w.rootContext, A)),
    ships: { span: A },
  },
  {
    sentence: 'rule 2: the scope of a parent is the scope of its child',
    play: (w) => {
      const root = open(w, 'root', w.usingSession(w.rootContext, A))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 3: a child inherits the statement of its parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 3: a child that starts after its parent has ended still inherits',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      w.end(root.span)
      leaf(w, 'child', root.inside)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 3: a child inherits absence',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: undefined, child: undefined },
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
    ships: { root: A, early: undefined, later: A },
  },
  {
    sentence: 'rule 3: a root span has no parent to inherit from',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'other', root.inside, { root: true })
      w.end(root.span)
    },
    ships: { root: A, other: undefined },
  },
  {
    sentence: 'rule 4: an alias among the start attributes is a hint',
    play: (w) => leaf(w, 'span', w.rootContext, alias(A)),
    ships: { span: A },
  },
  {
    sentence: 'rule 4: an integer is a thread ID',
    play: (w) => leaf(w, 'span', w.rootContext, alias(1)),
    ships: { span: '1' },
  },
  {
    sentence: 'rule 4: a placeholder is no hint',
    play: (w) => leaf(w, 'span', w.rootContext, alias('undefined')),
    ships: { span: undefined },
  },
  {
    sentence: 'rule 4: the first valid alias in the order of the table wins',
    play: (w) =>
      leaf(w, 'span', w.rootContext, { attributes: { thread_id: A, conversation_id: B, session_id: '' } }),
    ships: { span: B },
  },
  {
    sentence: 'rule 6: a child takes the hint of its parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 6: what a bare parent was given by setAttribute is a hint to its child',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.setAttribute(root.span, 'session.id', A)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 6: what a parent names now comes before the hint that it got at its start',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      w.setAttribute(root.span, 'session.id', B)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: B, child: B },
  },
  {
    sentence: 'rule 6: an invalid later value leaves the hint that the parent got at its start',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      w.setAttribute(root.span, 'session.id', INVALID)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 6: a placeholder that somebody wrote on the parent is no hint',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      w.setAttribute(root.span, 'session.id', 'undefined')
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: 'undefined', child: A },
  },
]
