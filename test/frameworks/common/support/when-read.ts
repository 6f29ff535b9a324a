/** A streamed answer, as a generator whose request is made only when it is read. */
export async function* whenRead(
  answer: () => Promise<string | AsyncIterable<string>>,
): AsyncGenerator<string, void, undefined> {
  yield* await answer()
}
