/** After how many answers of `undefined` it is likely that the application's function never names a session. */
const FIRST = 10

/**
 * Watches what the application's function answers, until it names or clears a session.
 *
 * @param tell is called at most once, if each of the first answers was `undefined`; it gets their number
 * @returns notes an answer
 */
export function watchFirstAnswers(tell: (count: number) => void): (answer: unknown) => void {
  let left = FIRST
  return (answer) => {
    if (left === 0) return
    left = answer === undefined ? left - 1 : 0
    if (left === 0 && answer === undefined) tell(FIRST)
  }
}
