// The rules for a span's end: values that are written after its start.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

export const late: readonly Case[] = [
  {
    sentence: 'a later value does not replace the session of a scope, and is kept as overwritten',
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    exports: { span: { 'session.id': A, 'otel_sessions.overwritten_id': B } },
  },
  {
    sentence: "with 'accept' it does, on that span only",
    options: { onOverwrite: 'accept' },
    play: (w) => {
      const { span, inside } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      leaf(w, 'child', inside)
      w.end(span)
    },
    exports: { span: B, child: A },
  },
  {
    sentence: "an invalid later value never stays, not even with 'accept'",
    options: { onOverwrite: 'accept' },
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', INVALID)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence: 'an invalid later value is replaced and not kept as overwritten',
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', 42)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence:
      "a span's own explicit session may be changed, and children that start later inherit the change",
    play: (w) => {
      const { span, inside } = open(w, 'span', w.rootContext, own(A))
      leaf(w, 'early', inside)
      w.setAttribute(span, 'session.id', B)
      leaf(w, 'later', inside)
      w.end(span)
    },
    exports: { span: B, early: A, later: B },
  },
  {
    sentence: 'a cleared session stops a later value and a later alias',
    play: (w) => {
      const { span } = open(w, 'span', w.contextWithoutSession(w.rootContext))
      w.setAttribute(span, 'session.id', B)
      w.setAttribute(span, 'thread_id', C)
      w.end(span)
    },
    exports: { span: undefined },
  },
  {
    sentence: 'a span without a session takes a late one',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'thread_id', B)
      w.setAttribute(span, 'session.id', A)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence: 'a span without a session takes a late alias, even after an invalid late session',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'metadata', JSON.stringify({ thread_id: B }))
      w.setAttribute(span, 'session.id', INVALID)
      w.end(span)
    },
    exports: { span: B },
  },
  {
    sentence: 'a late alias replaces an inferred session',
    play: (w) => {
      const { span, inside } = open(w, 'span', w.rootContext, alias(A))
      const child = open(w, 'child', inside)
      w.setAttribute(child.span, 'thread_id', B)
      w.end(child.span)
      w.end(span)
    },
    exports: { span: A, child: B },
  },
  {
    sentence: 'a late alias does not replace an explicit session',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext, own(A))
      w.setAttribute(span, 'thread_id', B)
      w.end(span)
    },
    exports: { span: A },
  },
  {
    sentence: 'a value written after the end is ignored',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.end(span)
      w.setAttribute(span, 'session.id', A)
      w.setSpanSession(span, B)
    },
    exports: { span: undefined },
  },
]
