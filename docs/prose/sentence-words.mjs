import { SentenceSplitterSyntax, splitAST } from 'sentence-splitter'

/** Reports sentences of more than `max` words, outside tables. Code in a sentence counts as one word. */
export default function sentenceWords({ Syntax, RuleError, report }, { max }) {
  return {
    [Syntax.Paragraph](paragraph) {
      const sentences = splitAST(paragraph).children.filter(
        ({ type }) => type === SentenceSplitterSyntax.Sentence,
      )
      for (const sentence of sentences) {
        const words = wordsIn(sentence)
        if (words > max)
          report(sentence, new RuleError(`This sentence has ${words} words, more than ${max}.`))
      }
    },
  }
}

function wordsIn({ type, value, children }) {
  if (children) return children.reduce((sum, child) => sum + wordsIn(child), 0)
  if (type === 'Code') return 1
  return type === 'Str' ? (value.match(/[\p{L}\p{N}][\p{L}\p{N}'’./-]*/gu) ?? []).length : 0
}
