/** A way to use sessions for a long time. What it gives back is kept alive until the heap was measured. */
export interface Shape {
  readonly name: string
  /** How often in the measured run; a small part of it warms up. */
  readonly times: number
  run(times: number): Promise<unknown>
}

/** A turn of the event loop, as every real hop is. */
export const hop = () => new Promise<void>((resolve) => setImmediate(resolve))
