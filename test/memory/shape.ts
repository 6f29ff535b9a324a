/** A long-running use of sessions. Its result is kept alive until the heap has been measured. */
export interface Shape {
  readonly name: string
  /** The number of repetitions in the measured run; a fraction of it warms up. */
  readonly times: number
  /** Takes long: `--quick` runs a fifth of the repetitions, and allows a fifth of the growth. */
  readonly isLong?: true
  run(times: number): Promise<unknown>
}

/** A turn of the event loop, as every real hop is. */
export const hop = () => new Promise<void>((resolve) => setImmediate(resolve))
