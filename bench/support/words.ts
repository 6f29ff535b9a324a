const VOCABULARY = 4000

/** Random words, so many characters of them, so that text compresses about as it does in prompts. */
export function words(length: number): string {
  let text = ''
  while (text.length < length) text += `${word(Math.floor(Math.random() ** 2 * VOCABULARY))} `
  return text.slice(0, length)
}

/** Frequent ones are short. */
const word = (rank: number) =>
  ((rank + 26) * 7919).toString(36).slice(-2 - Math.ceil(Math.log2(rank + 2) / 2))
