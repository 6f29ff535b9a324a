/**
 * Wraps a callback so that only the first call runs it.
 *
 * @param again runs for every further call
 */
export function once<A extends unknown[]>(
  callback: (...args: A) => void,
  again: () => void = () => {},
): (...args: A) => void {
  let isCalled = false
  return (...args) => {
    if (isCalled) {
      again()
      return
    }
    isCalled = true
    callback(...args)
  }
}
