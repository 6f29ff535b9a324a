// All pairs of rules that can both apply: which one wins.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

export const pairs: readonly Case[] = [
  {
    sentence: '1 before 2: a start attribute wins over the scope',
    play: (w) => leaf(w, 'span', w.contextWithSession(w.rootContext, A), own(B)),
    exports: { span: B },
  },
  {
    sentence: '1 before 2: an invalid start attribute clears the session inside a scope, too',
    play: (w) => leaf(w, 'span', w.contextWithSession(w.rootContext, A), own(INVALID)),
    exports: { span: undefined },
  },
  {
    sentence: '1 before 2: a start attribute wins over a scope that clears the session',
    play: (w) => leaf(w, 'span', w.contextWithoutSession(w.rootContext), own(B)),
    exports: { span: B },
  },
  {
    sentence: '1 before 3: a start attribute wins over the explicit session of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', root.inside, own(B))
      w.end(root.span)
    },
    exports: { root: A, child: B },
  },
  {
    sentence: '1 before 3: a start attribute wins over the cleared session of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', root.inside, own(B))
      w.end(root.span)
    },
    exports: { root: undefined, child: B },
  },
  {
    sentence: '1 before 4: a start attribute wins over an alias',
    play: (w) => leaf(w, 'span', w.rootContext, { attributes: { thread_id: B, 'session.id': A } }),
    exports: { span: A },
  },
  {
    sentence: '1 before 4: an invalid start attribute clears the session, whatever the alias is',
    play: (w) => leaf(w, 'span', w.rootContext, { attributes: { thread_id: B, 'session.id': INVALID } }),
    exports: { span: undefined },
  },
  {
    sentence: '1 before 6: a start attribute wins over the inferred session of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside, own(B))
      w.end(root.span)
    },
    exports: { root: A, child: B },
  },
  {
    sentence: '2 before 3: a scope entered below the parent wins over its explicit session',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A), own(B))
      leaf(w, 'child', w.contextWithSession(root.inside, C))
      w.end(root.span)
    },
    exports: { root: B, child: C },
  },
  {
    sentence: '2 before 3: the same session set again below the parent is another scope',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A), own(B))
      leaf(w, 'child', w.contextWithSession(root.inside, A))
      w.end(root.span)
    },
    exports: { root: B, child: A },
  },
  {
    sentence: '2 before 3: a scope entered below the parent wins over its cleared session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', w.usingSession(root.inside, C))
      w.end(root.span)
    },
    exports: { root: undefined, child: C },
  },
  {
    sentence: '2 before 3: a session cleared below the parent wins over its explicit session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(B))
      leaf(w, 'child', w.usingSession(root.inside, undefined))
      w.end(root.span)
    },
    exports: { root: B, child: undefined },
  },
  {
    sentence: '3 before 2: the explicit session of the parent wins over the scope around it',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A), own(B))
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: B, child: B },
  },
  {
    sentence: '3 before 2: so does the one that the parent has inherited below that scope',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A), own(B))
      const middle = open(w, 'middle', root.inside)
      leaf(w, 'child', middle.inside)
      w.end(middle.span)
      w.end(root.span)
    },
    exports: { root: B, middle: B, child: B },
  },
  {
    sentence: '3 before 2: and setSpanSession on a parent inside the scope',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A))
      w.setSpanSession(root.span, B)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: B, child: B },
  },
  {
    sentence: '3 before 2: a scope with only a user sets no session',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A), own(B))
      leaf(w, 'child', w.contextWithSession(root.inside, { userId: 'user-1' }))
      w.end(root.span)
    },
    exports: { root: B, child: { 'session.id': B, 'user.id': 'user-1' } },
  },
  {
    sentence: '3 before 2: the cleared session of the parent wins over the scope around it',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A))
      w.setSpanSession(root.span, null)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: undefined, child: undefined },
  },
  {
    sentence: '2 before 4: the scope wins over an alias',
    play: (w) => leaf(w, 'span', w.contextWithSession(w.rootContext, A), alias(B)),
    exports: { span: A },
  },
  {
    sentence: '2 before 4: a session cleared by the scope wins over an alias',
    play: (w) => leaf(w, 'span', w.contextWithoutSession(w.rootContext), alias(B)),
    exports: { span: undefined },
  },
  {
    sentence: '2 before 6: a scope entered below the parent wins over its inferred session',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', w.contextWithSession(root.inside, B))
      w.end(root.span)
    },
    exports: { root: A, child: B },
  },
  {
    sentence: '3 before 4: the explicit session of the parent wins over an alias',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', root.inside, alias(B))
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: '3 before 4: the cleared session of the parent stops an alias',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      leaf(w, 'child', root.inside, alias(B))
      w.end(root.span)
    },
    exports: { root: undefined, child: undefined },
  },
  {
    sentence: '3 before 6: the explicit session of the parent wins over a value written on it',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      const middle = open(w, 'middle', root.inside)
      w.setAttribute(middle.span, 'session.id', B)
      leaf(w, 'child', middle.inside)
      w.end(middle.span)
      w.end(root.span)
    },
    exports: { root: A, middle: { 'session.id': A, 'otel_sessions.overwritten_id': B }, child: A },
  },
  {
    sentence: '3 before 6: the cleared session of the parent wins over a value written on it',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(INVALID))
      w.setAttribute(root.span, 'session.id', B)
      leaf(w, 'child', root.inside)
      w.end(root.span)
    },
    exports: { root: undefined, child: undefined },
  },
  {
    sentence: '4 before 6: an alias wins over the inferred session of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside, alias(B))
      w.end(root.span)
    },
    exports: { root: A, child: B },
  },
  {
    sentence: '4 before 6: a placeholder does not replace the inferred session of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', root.inside, alias('None'))
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
]
