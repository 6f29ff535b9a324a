import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DELIVERY } from './delivery/index.ts'
import { hasTest, NO_PROMISE, testsOf } from './kept.ts'
import { sentencesOf } from './sentences.ts'

const page = readFileSync(new URL('../../docs/guide/delivery.md', import.meta.url), 'utf8')

describe('the page about delivery', () => {
  const sentences = sentencesOf(page)

  test('has no sentence without a test, or a note that it promises nothing', () => {
    expect(sentences.filter((sentence) => !(sentence in DELIVERY))).toEqual([])
  })

  test('has each sentence that is listed, once', () => {
    expect(Object.keys(DELIVERY).toSorted()).toEqual(sentences.toSorted())
  })

  test('has a test in its place for each sentence that promises something', () => {
    const tests = Object.values(DELIVERY).flatMap((kept) => (kept === NO_PROMISE ? [] : testsOf(kept)))
    expect(tests.filter(([file, title]) => !hasTest(file, title))).toEqual([])
  })
})

describe('a sentence', () => {
  test.each([
    ['One. Two: three. `four` is five!', ['One.', 'Two: three.', '`four` is five!']],
    ['- **Label.** With a label. [Linked](x.md).', ['**Label.** With a label.', '[Linked](x.md).']],
    ['## Heading\n\n1. **Label**, first.', ['**Label**, first.']],
    ['Before:\n\n```ts\nIn code.\n```\n\nAfter.', ['Before:', 'After.']],
    ['| a | b | c |\n| --- | --- | --- |\n| 1 | 2 | |\n| 3 | 4 | the same |', ['1 | b | 2', '3 | b | 4']],
  ])('is found in %j', (text, expected) => {
    expect(sentencesOf(text)).toEqual(expected)
  })
})
