// Rules 5 and 7: the session in the context from another library's helper, or from an inbound request.

import { A, alias, B, C, type Case, INVALID, leaf, open, own } from './case.ts'

const libraries = ['openinference', 'langfuse', 'traceloop', 'association'] as const

const eachLibrary = libraries.map(
  (library): Case => ({
    sentence: `rule 5: the session of ${library} in the context is inferred`,
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, library, A)),
    exports: { span: A },
  }),
)

export const others: readonly Case[] = [
  ...eachLibrary,
  {
    sentence: 'rule 5: a session wins over a conversation',
    play: (w) => leaf(w, 'span', w.withOther(w.withOther(w.rootContext, 'association', A), 'traceloop', B)),
    exports: { span: A },
  },
  {
    sentence: 'rule 5: an integer counts as its digits',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'association', 7)),
    exports: { span: '7' },
  },
  {
    sentence: 'rule 5: an invalid one is ignored in favour of the next library',
    play: (w) => {
      const invalid = w.withOther(w.rootContext, 'openinference', INVALID)
      leaf(w, 'span', w.withOther(invalid, 'langfuse', A))
    },
    exports: { span: A },
  },
  {
    sentence: 'rule 5: a placeholder is ignored',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'langfuse', 'undefined')),
    exports: { span: undefined },
  },
  {
    sentence: '1 before 5: a start attribute wins',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'langfuse', A), own(B)),
    exports: { span: B },
  },
  {
    sentence: '2 before 5: a scope wins, be it around or inside',
    play: (w) => {
      leaf(w, 'inside', w.withOther(w.contextWithSession(w.rootContext, A), 'langfuse', B))
      leaf(w, 'around', w.contextWithSession(w.withOther(w.rootContext, 'langfuse', B), A))
    },
    exports: { inside: A, around: A },
  },
  {
    sentence: '2 before 5: a scope that clears the session wins, too',
    play: (w) => leaf(w, 'span', w.withOther(w.contextWithoutSession(w.rootContext), 'openinference', B)),
    exports: { span: undefined },
  },
  {
    sentence: '3 before 5: the explicit session of the parent wins',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, own(A))
      leaf(w, 'child', w.withOther(root.inside, 'traceloop', B))
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: '4 before 5: an alias among the start attributes wins',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'langfuse', A), alias(B)),
    exports: { span: B },
  },
  {
    sentence: '5 before 6: the context wins over the inferred session of the parent',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', w.withOther(root.inside, 'langfuse', B))
      w.end(root.span)
    },
    exports: { root: A, child: B },
  },
  {
    sentence: '6 before 7: the inferred session of the parent wins over the inbound one',
    play: (w) => {
      const root = open(w, 'root', w.rootContext, alias(A))
      leaf(w, 'child', w.withOther(root.inside, 'inbound', B))
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'rule 7: the session of a request is inferred',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'inbound', A)),
    exports: { span: A },
  },
  {
    sentence: 'rule 7: an invalid one is ignored',
    play: (w) => leaf(w, 'span', w.withOther(w.rootContext, 'inbound', INVALID)),
    exports: { span: undefined },
  },
  {
    sentence: 'a session that another processor has stamped from the context is not explicit',
    play: (w) => {
      const root = open(w, 'root', w.contextWithSession(w.rootContext, A))
      leaf(w, 'child', w.withOther(root.inside, 'langfuse', B), own(B))
      w.end(root.span)
    },
    exports: { root: A, child: A },
  },
  {
    sentence: 'an invalid one that another processor has stamped from the context does not clear the session',
    play: (w) =>
      leaf(
        w,
        'span',
        w.withOther(w.contextWithSession(w.rootContext, A), 'openinference', INVALID),
        own(INVALID),
      ),
    exports: { span: A },
  },
  {
    sentence: 'an inbound one that another processor has stamped is not explicit',
    play: (w) => leaf(w, 'span', w.withOther(w.contextWithSession(w.rootContext, A), 'inbound', B), own(B)),
    exports: { span: A },
  },
  {
    sentence:
      'the session of the context propagates to a parent without one, which gets none if a second one disagrees',
    play: (w) => {
      const agreed = open(w, 'agreed', w.rootContext)
      leaf(w, 'one', w.withOther(agreed.inside, 'langfuse', A))
      w.end(agreed.span)
      const torn = open(w, 'torn', w.rootContext)
      leaf(w, 'two', w.withOther(torn.inside, 'langfuse', B))
      leaf(w, 'three', w.withOther(torn.inside, 'openinference', C))
      w.end(torn.span)
    },
    exports: { agreed: A, one: A, torn: undefined, two: B, three: C },
  },
]
