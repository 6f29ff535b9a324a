/** A streamed answer whose request is made by whoever reads it, and not before: a generator of one's own. */
export async function* whenRead(
  answer: () => Promise<string | AsyncIterable<string>>,
): AsyncGenerator<string, void, undefined> {
  yield* await answer()
}
