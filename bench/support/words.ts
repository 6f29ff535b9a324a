const VOCABULARY = 4000

/** Random words of a total length, which compress about like prompts. */
export function words(length: number): string {
  let text = ''
  while (text.length < length) text += `${word(Math.floor(Math.random() ** 2 * VOCABULARY))} `
  return text.slice(0, length)
}

/** Frequent words are short. */
const word = (rank: number) =>
  ((rank + 26) * 7919).toString(36).slice(-2 - Math.ceil(Math.log2(rank + 2) / 2))
