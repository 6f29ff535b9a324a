/** The lifecycle of an application that `support/run.ts` starts. */

/** What the application does when there are no more requests. */
export type Stop = () => Promise<void>

/** Tells where the application listens, and stops it when it is told to; then the process ends by itself. */
export function serve(port: number, stop: Stop): void {
  process.once('message', async () => {
    await stop()
    process.disconnect()
  })
  process.send?.({ port })
}
