// The session that a span without one takes from its children.

import { A, alias, B, type Case, INVALID, leaf, open, own } from './case.ts'

export const children: readonly Case[] = [
  {
    sentence:
      'a root without a session takes the explicit session of its child, and of a grandchild through a child without one',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside)
      leaf(w, 'leaf', w.contextWithSession(middle.inside, A))
      w.end(middle.span)
      w.end(root.span)
    },
    exports: { root: A, middle: A, leaf: A },
  },
  {
    sentence: 'inferFromChildren: false turns it off',
    options: { inferFromChildren: false },
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'leaf', root.inside, own(A))
      w.usingSession(root.inside, A)
      w.end(root.span)
    },
    exports: { root: undefined, leaf: A },
  },
  {
    sentence: 'a root over two sessions gets none',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', root.inside, own(A))
      leaf(w, 'two', root.inside, own(B))
      w.end(root.span)
    },
    exports: { root: undefined, one: A, two: B },
  },
  {
    sentence: 'disagreement propagates to the ancestors',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside)
      leaf(w, 'one', middle.inside, own(A))
      leaf(w, 'two', middle.inside, alias(B))
      w.end(middle.span)
      w.end(root.span)
    },
    exports: { root: undefined, middle: undefined, one: A, two: B },
  },
  {
    sentence: 'a session from children is not passed to later children, not even after the end',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', root.inside, own(A))
      leaf(w, 'while open', root.inside)
      w.end(root.span)
      leaf(w, 'after the end', root.inside)
    },
    exports: { root: A, one: A, 'while open': undefined, 'after the end': undefined },
  },
  {
    sentence: 'a child’s late session is propagated at its end',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside)
      w.setAttribute(child.span, 'thread_id', A)
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'a parent that has ended does not take it',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside)
      w.setAttribute(child.span, 'session.id', A)
      w.end(root.span)
      w.end(child.span)
    },
    exports: { root: undefined, child: A },
  },
  {
    sentence: 'an ended parent propagates nothing to its own parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside)
      w.end(middle.span)
      leaf(w, 'leaf', middle.inside, own(A))
      w.end(root.span)
    },
    exports: { root: undefined, middle: undefined, leaf: A },
  },
  {
    sentence: 'a parent with an inferred session takes nothing and propagates nothing',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside, alias(A))
      leaf(w, 'leaf', middle.inside, own(B))
      w.end(middle.span)
      w.end(root.span)
    },
    exports: { root: A, middle: A, leaf: B },
  },
  {
    sentence: 'a scope that is entered under an active span without a session propagates its session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.usingSession(root.inside, A)
      w.end(root.span)
    },
    exports: { root: A },
  },
  {
    sentence: 'a scope that is only set on a context propagates nothing',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.contextWithSession(root.inside, A)
      w.end(root.span)
    },
    exports: { root: undefined },
  },
  {
    sentence: 'setSpanSession on a child propagates',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside)
      w.setSpanSession(child.span, A)
      w.end(root.span)
      w.end(child.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'setSpanSession on a child propagates, whatever the child had before',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside, own(INVALID))
      w.setSpanSession(child.span, A)
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence:
      'a child that changes the session of its scope by setSpanSession propagates two, which disagree',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', w.contextWithSession(root.inside, A))
      w.setSpanSession(child.span, B)
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: undefined, child: B },
  },
  {
    sentence: 'an explicit session that a later write changes propagates twice, which disagrees',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside, own(A))
      w.setAttribute(child.span, 'session.id', B)
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: undefined, child: B },
  },
  {
    sentence: 'an alias that changes late propagates twice, which disagrees',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside, alias(A))
      w.setAttribute(child.span, 'session.id', B)
      w.end(child.span)
      w.end(root.span)
    },
    exports: { root: undefined, child: B },
  },
  {
    sentence: 'a span’s own session takes precedence over its children’s',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', root.inside, own(A))
      w.setAttribute(root.span, 'thread_id', B)
      w.end(root.span)
    },
    exports: { root: B, one: A },
  },
]
