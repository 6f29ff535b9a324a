// Every two rules that can both apply: which wins.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

export const pairs: readonly Case[] = [
  {
    sentence: '1 before 2: a start attribute wins over the scope',
    play: (w) => leaf(w, 'span', w.setSession(w.rootContext, A), own(B)),
    ships: { span: B },
  },
  {
    sentence: '1 before 2: an invalid start attribute is absence inside a scope too',
    play: (w) => leaf(w, 'span', w.setSession(w.rootContext, A), own(INVALID)),
    ships: { span: undefined },
  },
  {
    sentence: '1 before 2: a start attribute wins over a scope that states absence',
    play: (w) => leaf(w, 'span', w.clearSession(w.rootContext), own(B)),
    ships: { span: B },
  },
  {
    sentence: '1 before 3: a start attribute wins over the statement of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', root.inside, own(B))
      w.end(root.span)
    },
    ships: { root: A, child: B },
  },
  {
    sentence: '1 before 3: a start attribute wins over the absence of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', root.inside, own(B))
      w.end(root.span)
    },
    ships: { root: undefined, child: B },
  },
  {
    sentence: '1 before 4: a start attribute wins over an alias',
    play: (w) => leaf(w, 'span', w.rootContext, { attributes: { thread_id: B, 'session.id': A } }),
    ships: { span: A },
  },
  {
    sentence: '1 before 4: an invalid start attribute is absence, whatever the alias says',
    play: (w) => leaf(w, 'span', w.rootContext, { attributes: { thread_id: B, 'session.id': INVALID } }),
    ships: { span: undefined },
  },
  {
    sentence: '1 before 6: a start attribute wins over the hint of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside, own(B))
      w.end(root.span)
    },
    ships: { root: A, child: B },
  },
  {
    sentence: '2 before 3: a scope entered below the parent wins over its statement',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A), own(B))
      leaf(w, 'child', w.setSession(root.inside, C))
      w.end(root.span)
    },
    ships: { root: B, child: C },
  },
  {
    sentence: '2 before 3: the same session stated again below the parent is another scope',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A), own(B))
      leaf(w, 'child', w.setSession(root.inside, A))
      w.end(root.span)
    },
    ships: { root: B, child: A },
  },
  {
    sentence: '2 before 3: a scope entered below the parent wins over its absence',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', w.usingSession(root.inside, C))
      w.end(root.span)
    },
    ships: { root: undefined, child: C },
  },
  {
    sentence: '2 before 3: absence stated below the parent wins over its statement',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(B))
      leaf(w, 'child', w.usingSession(root.inside, undefined))
      w.end(root.span)
    },
    ships: { root: B, child: undefined },
  },
  {
    sentence: '3 before 2: the statement of the parent wins over the scope above it',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A), own(B))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: B, child: B },
  },
  {
    sentence: '3 before 2: so does what the parent has inherited below that scope',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A), own(B))
      const middle = open(w, 'middle', root.inside)
      leaf(w, 'child', middle.inside)
      w.end(middle.span)
      w.end(root.span)
    },
    ships: { root: B, middle: B, child: B },
  },
  {
    sentence: '3 before 2: and setSpanSession on a parent inside the scope',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A))
      w.setSpanSession(root.span, B)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: B, child: B },
  },
  {
    sentence: '3 before 2: a scope with a user only is no scope that states',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A), own(B))
      leaf(w, 'child', w.setSession(root.inside, { userId: 'user-1' }))
      w.end(root.span)
    },
    ships: { root: B, child: { 'session.id': B } },
  },
  {
    sentence: '3 before 2: the absence of the parent wins over the scope above it',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A))
      w.setSpanSession(root.span, null)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: undefined, child: undefined },
  },
  {
    sentence: '2 before 4: the scope wins over an alias',
    play: (w) => leaf(w, 'span', w.setSession(w.rootContext, A), alias(B)),
    ships: { span: A },
  },
  {
    sentence: '2 before 4: absence stated by the scope wins over an alias',
    play: (w) => leaf(w, 'span', w.clearSession(w.rootContext), alias(B)),
    ships: { span: undefined },
  },
  {
    sentence: '2 before 6: a scope entered below the parent wins over its hint',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', w.setSession(root.inside, B))
      w.end(root.span)
    },
    ships: { root: A, child: B },
  },
  {
    sentence: '3 before 4: the statement of the parent wins over an alias',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', root.inside, alias(B))
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: '3 before 4: the absence of the parent stops an alias',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', root.inside, alias(B))
      w.end(root.span)
    },
    ships: { root: undefined, child: undefined },
  },
  {
    sentence: '3 before 6: the statement of the parent wins over what somebody wrote on it',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      const middle = open(w, 'middle', root.inside)
      w.setAttribute(middle.span, 'session.id', B)
      leaf(w, 'child', middle.inside)
      w.end(middle.span)
      w.end(root.span)
    },
    ships: { root: A, middle: { 'session.id': A, 'otel_sessions.overwritten_id': B }, child: A },
  },
  {
    sentence: '3 before 6: the absence of the parent wins over what somebody wrote on it',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      w.setAttribute(root.span, 'session.id', B)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    ships: { root: undefined, child: undefined },
  },
  {
    sentence: '4 before 6: an alias wins over the hint of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside, alias(B))
      w.end(root.span)
    },
    ships: { root: A, child: B },
  },
  {
    sentence: '4 before 6: a placeholder leaves the hint of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside, alias('None'))
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
]
