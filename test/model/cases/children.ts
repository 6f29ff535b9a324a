// What a span without a session learns from its children.

import { A, alias, B, type Case, INVALID, leaf, open, own } from './case.ts'

export const children: readonly Case[] = [
  {
    sentence: 'a bare root learns the statement of its child, and of a grandchild through a bare child',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside)
      leaf(w, 'leaf', w.setSession(middle.inside, A))
      w.end(middle.span)
      w.end(root.span)
    },
    ships: { root: A, middle: A, leaf: A },
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
    ships: { root: undefined, leaf: A },
  },
  {
    sentence: 'a root over two sessions stays bare',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', root.inside, own(A))
      leaf(w, 'two', root.inside, own(B))
      w.end(root.span)
    },
    ships: { root: undefined, one: A, two: B },
  },
  {
    sentence: 'disagreement is offered on',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside)
      leaf(w, 'one', middle.inside, own(A))
      leaf(w, 'two', middle.inside, alias(B))
      w.end(middle.span)
      w.end(root.span)
    },
    ships: { root: undefined, middle: undefined, one: A, two: B },
  },
  {
    sentence: 'what was learned is not passed to later children, not even after the end',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', root.inside, own(A))
      leaf(w, 'while open', root.inside)
      w.end(root.span)
      leaf(w, 'after the end', root.inside)
    },
    ships: { root: A, one: A, 'while open': undefined, 'after the end': undefined },
  },
  {
    sentence: 'what a child learns late is offered at its end',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside)
      w.setAttribute(child.span, 'thread_id', A)
      w.end(child.span)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'too late for a parent that has ended',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside)
      w.setAttribute(child.span, 'session.id', A)
      w.end(root.span)
      w.end(child.span)
    },
    ships: { root: undefined, child: A },
  },
  {
    sentence: 'an ended parent passes nothing on to its own parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside)
      w.end(middle.span)
      leaf(w, 'leaf', middle.inside, own(A))
      w.end(root.span)
    },
    ships: { root: undefined, middle: undefined, leaf: A },
  },
  {
    sentence: 'a parent with a hint learns nothing and passes nothing on',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const middle = open(w, 'middle', root.inside, alias(A))
      leaf(w, 'leaf', middle.inside, own(B))
      w.end(middle.span)
      w.end(root.span)
    },
    ships: { root: A, middle: A, leaf: B },
  },
  {
    sentence: 'a scope entered under a bare active span offers its session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.usingSession(root.inside, A)
      w.end(root.span)
    },
    ships: { root: A },
  },
  {
    sentence: 'a scope that is only put on a context offers nothing',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      w.setSession(root.inside, A)
      w.end(root.span)
    },
    ships: { root: undefined },
  },
  {
    sentence: 'setSpanSession on a child is offered',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside)
      w.setSpanSession(child.span, A)
      w.end(root.span)
      w.end(child.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'setSpanSession on a child is offered, whatever the child had before',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside, own(INVALID))
      w.setSpanSession(child.span, A)
      w.end(child.span)
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence:
      'a child that leaves the session of its scope by setSpanSession makes two offers, which disagree',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', w.setSession(root.inside, A))
      w.setSpanSession(child.span, B)
      w.end(child.span)
      w.end(root.span)
    },
    ships: { root: undefined, child: B },
  },
  {
    sentence: 'a statement that a later write changed makes two offers, which disagree',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside, own(A))
      w.setAttribute(child.span, 'session.id', B)
      w.end(child.span)
      w.end(root.span)
    },
    ships: { root: undefined, child: B },
  },
  {
    sentence: 'an alias that changed late makes two offers, which disagree',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      const child = open(w, 'child', root.inside, alias(A))
      w.setAttribute(child.span, 'session.id', B)
      w.end(child.span)
      w.end(root.span)
    },
    ships: { root: undefined, child: B },
  },
  {
    sentence: 'what a span names itself comes before what its children say',
    play: (w) => {
      const root = open(w, 'root', w.rootContext)
      leaf(w, 'one', root.inside, own(A))
      w.setAttribute(root.span, 'thread_id', B)
      w.end(root.span)
    },
    ships: { root: B, one: A },
  },
]
