/** Reports sentences of more than `max` words, outside tables. Code in a sentence counts as one word. */
export default function sentenceWords({ Syntax, RuleError, report }, { max }) {
  return {
    [Syntax.Paragraph](paragraph) {
      for (const sentence of textOf(paragraph).split(/(?<=[.!?]["”)]?)\s+/)) {
        const words = (sentence.match(/[\p{L}\p{N}][\p{L}\p{N}'’./-]*/gu) ?? []).length
        const begin = sentence.slice(0, 40)
        const message = `This sentence has ${words} words, more than ${max}: “${begin}…”`
        if (words > max) report(paragraph, new RuleError(message))
      }
    },
  }
}

function textOf({ type, value, children }) {
  if (children) return children.map(textOf).join('')
  return type === 'Code' ? 'code' : (value ?? '')
}
