import type { DefaultTheme } from 'vitepress'

/** The options of the local search: in the page, and in the check of `site/checks/search.ts`. */
export const search: DefaultTheme.LocalSearchOptions = {
  detailedView: 'auto',
  miniSearch: {
    options: {
      // Runs in the browser too, from its source text: it can use nothing from around it.
      // A problem code or an attribute is found as a whole (`session-id:empty`, `thread_id`) and by its parts.
      tokenize: (text) => {
        const words = text
          .split(/[\s,;!?()[\]{}"'`<>|=]+/u)
          .map((word) => word.replace(/^[.:/-]+|[.:/-]+$/gu, ''))
        const parts = words.flatMap((word) => {
          const split = word.split(/[\p{P}$+]+/u).filter(Boolean)
          return split.length > 1 ? split : []
        })
        return [...words.filter(Boolean), ...parts]
      },
    },
    searchOptions: {
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      prefix: (term) => term.length > 2,
      // "How do I close a session": what every question contains says little, and every page is about sessions.
      // The whole word of a code or an attribute says more than its parts.
      boostTerm: (term) => {
        const small =
          /^(?:an?|and|are|as|at|be|but|by|can|do(?:es)?|for|from|ha(?:s|ve)|how|i|if|in|into|is|it|its|my|of|on|or|the|there|to|we|what|when|where|which|why|with|you|your)$/i
        if (small.test(term)) return 0.1
        if (/^sessions?$/i.test(term)) return 0.5
        return /[\p{P}$]/u.test(term) ? 4 : 1
      },
      boost: { title: 4, titles: 2, text: 1 },
      boostDocument: (id) => {
        const path = String(id)
        if (/^\/reference\/api\//.test(path)) return 0.4
        if (/^\/(?:decisions|findings|contributing)\//.test(path)) return 0.5
        return 1
      },
    },
  },
}
