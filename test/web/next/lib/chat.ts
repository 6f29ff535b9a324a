import { trace } from '@opentelemetry/api'

// What stands for the application's work. It knows its user, and no session.

/** Makes a span, and says whose it is, for the test. */
export async function work(owner: string, name: string): Promise<void> {
  const span = trace.getTracer('chat').startSpan(name, { attributes: { owner } })
  await new Promise((resolve) => setTimeout(resolve))
  span.end()
}

/** Waits at the test until the other user is there too. It is a request, for which Next makes a span. */
export async function meet(owner: string, where: string): Promise<void> {
  const response = await fetch(`${process.env.COLLECTOR}/meet/${where}?${owner}`, { cache: 'no-store' })
  await response.text()
}

/** An answer that is produced while it is sent. */
export function stream(owner: string): ReadableStream<Uint8Array> {
  let count = 0
  return new ReadableStream(
    {
      async pull(controller) {
        if (++count > 3) return controller.close()
        await work(owner, `say word ${count}`)
        controller.enqueue(new TextEncoder().encode(`word ${count} for ${owner}\n`))
      },
    },
    { highWaterMark: 0 },
  )
}
