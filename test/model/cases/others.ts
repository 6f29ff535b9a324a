// Rules 5 and 7: what another library's helper, or an inbound request, has put into the context.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

const libraries = ['openinference', 'langfuse', 'traceloop', 'association'] as const

const eachLibrary = libraries.map(
  (library): Case => ({
    sentence: `rule 5: what ${library} says in the context is a hint`,
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, library, A)),
    ships: { span: A },
  }),
)

export const others: readonly Case[] = [
  ...eachLibrary,
  {
    sentence: 'rule 5: an integer counts as its digits',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'association', 7)),
    ships: { span: '7' },
  },
  {
    sentence: 'rule 5: what is invalid is passed over for the next library',
    play: (w) => {
      const invalid = w.withOther(w.rootContext, 'openinference', INVALID)
      leaf(w, 'span', w.withOther(invalid, 'langfuse', A))
    },
    ships: { span: A },
  },
  {
    sentence: 'rule 5: a placeholder is nobody’s hint',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'langfuse', 'undefined')),
    ships: { span: undefined },
  },
  {
    sentence: '1 before 5: a start attribute wins',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'langfuse', A), own(B)),
    ships: { span: B },
  },
  {
    sentence: '2 before 5: a scope wins, be it around or inside',
    play: (w) => {
      leaf(w, 'inside', w.withOther(w.setSession(w.rootContext, A), 'langfuse', B))
      leaf(w, 'around', w.setSession(w.withOther(w.rootContext, 'langfuse', B), A))
    },
    ships: { inside: A, around: A },
  },
  {
    sentence: '2 before 5: a scope that states absence wins, too',
    play: (w) => leaf(w, 'span', w.withOther(w.clearSession(w.rootContext), 'openinference', B)),
    ships: { span: undefined },
  },
  {
    sentence: '3 before 5: the statement of the parent wins',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', w.withOther(root.inside, 'traceloop', B))
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: '4 before 5: an alias among the start attributes wins',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'langfuse', A), alias(B)),
    ships: { span: B },
  },
  {
    sentence: '5 before 6: the context wins over the hint of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', w.withOther(root.inside, 'langfuse', B))
      w.end(root.span)
    },
    ships: { root: A, child: B },
  },
  {
    sentence: '6 before 7: the hint of the parent wins over the inbound one',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', w.withOther(root.inside, 'inbound', B))
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'rule 7: what came with a request is a hint',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'inbound', A)),
    ships: { span: A },
  },
  {
    sentence: 'rule 7: what is invalid is passed over',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'inbound', INVALID)),
    ships: { span: undefined },
  },
  {
    sentence: 'a session that another processor has stamped from the context states nothing',
    play: (w) => {
      const root = open(w, 'root', w.setSession(w.rootContext, A))
      leaf(w, 'child', w.withOther(root.inside, 'langfuse', B), own(B))
      w.end(root.span)
    },
    ships: { root: A, child: A },
  },
  {
    sentence: 'an invalid one that another processor has stamped from the context does not state absence',
    play: (w) =>
      leaf(w, 'span', w.withOther(w.setSession(w.rootContext, A), 'openinference', INVALID), own(INVALID)),
    ships: { span: A },
  },
  {
    sentence: 'an inbound one that another processor has stamped states nothing',
    play: (w) => leaf(w, 'span', w.withOther(w.setSession(w.rootContext, A), 'inbound', B), own(B)),
    ships: { span: A },
  },
  {
    sentence: 'the session of the context is offered to the bare parent, and a second one leaves it bare',
    play: (w) => {
      const agreed = open(w, 'agreed', w.rootContext)
      leaf(w, 'one', w.withOther(agreed.inside, 'langfuse', A))
      w.end(agreed.span)
      const torn = open(w, 'torn', w.rootContext)
      leaf(w, 'two', w.withOther(torn.inside, 'langfuse', B))
      leaf(w, 'three', w.withOther(torn.inside, 'openinference', C))
      w.end(torn.span)
    },
    ships: { agreed: A, one: A, torn: undefined, two: B, three: C },
  },
]
