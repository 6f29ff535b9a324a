import { afterAtAnyPrice } from '../platform.ts'

/** What is thrown when the time is over. */
export const LATE: unique symbol = Symbol('late')

/**
 * What a function gives, or resolves to. The application waits for it, so the process stays alive until then.
 *
 * @throws what it throws or rejects with; `LATE` when it takes longer
 */
export function settledInTime<T>(millis: number, fn: () => T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = afterAtAnyPrice(millis, () => reject(LATE))
    const asked = new Promise<T>((answer) => answer(fn()))
    asked.then(resolve, reject).finally(() => timer.cancel())
  })
}
