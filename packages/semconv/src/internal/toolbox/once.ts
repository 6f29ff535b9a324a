/**
 * Makes a callback that runs for its first call only.
 *
 * @param again called for every further call
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
