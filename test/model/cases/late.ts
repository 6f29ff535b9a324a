// The late rules: what is written on a span after its start.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

export const late: readonly Case[] = [
  {
    sentence: 'a later value does not displace the session of a scope, and is kept aside',
    play: (w) => {
      const { span } = open(w, 'span', w.setSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      w.end(span)
    },
    ships: { span: { 'session.id': A, 'otel_sessions.overwritten_id': B } },
  },
  {
    sentence: "with 'accept' it does, on that span only",
    options: { onOverwrite: 'accept' },
    play: (w) => {
      const { span, inside } = open(w, 'span', w.setSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', B)
      leaf(w, 'child', inside)
      w.end(span)
    },
    ships: { span: B, child: A },
  },
  {
    sentence: "an invalid later value never stays, not even with 'accept'",
    options: { onOverwrite: 'accept' },
    play: (w) => {
      const { span } = open(w, 'span', w.setSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', INVALID)
      w.end(span)
    },
    ships: { span: A },
  },
  {
    sentence: 'an invalid later value is restored and not kept aside',
    play: (w) => {
      const { span } = open(w, 'span', w.setSession(w.rootContext, A))
      w.setAttribute(span, 'session.id', 42)
      w.end(span)
    },
    ships: { span: A },
  },
  {
    sentence: "a span's own statement may be changed, and children that start later inherit the change",
    play: (w) => {
      const { span, inside } = open(w, 'span', w.rootContext, own(A))
      leaf(w, 'early', inside)
      w.setAttribute(span, 'session.id', B)
      leaf(w, 'later', inside)
      w.end(span)
    },
    ships: { span: B, early: A, later: B },
  },
  {
    sentence: 'absence stops a later value and a later alias',
    play: (w) => {
      const { span } = open(w, 'span', w.clearSession(w.rootContext))
      w.setAttribute(span, 'session.id', B)
      w.setAttribute(span, 'thread_id', C)
      w.end(span)
    },
    ships: { span: undefined },
  },
  {
    sentence: 'a bare span takes a late session',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'thread_id', B)
      w.setAttribute(span, 'session.id', A)
      w.end(span)
    },
    ships: { span: A },
  },
  {
    sentence: 'a bare span takes a late alias, after an invalid late session too',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.setAttribute(span, 'metadata', JSON.stringify({ thread_id: B }))
      w.setAttribute(span, 'session.id', INVALID)
      w.end(span)
    },
    ships: { span: B },
  },
  {
    sentence: 'a late alias displaces a hint',
    play: (w) => {
      const { span, inside } = open(w, 'span', w.rootContext, alias(A))
      const child = open(w, 'child', inside)
      w.setAttribute(child.span, 'thread_id', B)
      w.end(child.span)
      w.end(span)
    },
    ships: { span: A, child: B },
  },
  {
    sentence: 'a late alias does not displace a statement',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext, own(A))
      w.setAttribute(span, 'thread_id', B)
      w.end(span)
    },
    ships: { span: A },
  },
  {
    sentence: 'what is written after the end is not seen',
    play: (w) => {
      const { span } = open(w, 'span', w.rootContext)
      w.end(span)
      w.setAttribute(span, 'session.id', A)
      w.setSpanSession(span, B)
    },
    ships: { span: undefined },
  },
]
