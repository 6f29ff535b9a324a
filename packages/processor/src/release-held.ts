import type { SessionFlush } from '@otel-sessions/semconv/internal'

/** Waits for what the exporters have in flight: `BatchSpanProcessor` waits for what it has not yet sent alone. */
export async function settleInFlight({ inFlight }: SessionFlush): Promise<void> {
  await Promise.allSettled(Array.from(inFlight, async (settled) => settled()))
}

/** Has the exporters ship what they hold back, also what is still on its way to them. Never rejects. */
export async function releaseHeld(flush: SessionFlush): Promise<void> {
  flush.count++
  await Promise.allSettled(Array.from(flush.releases, async (release) => release()))
}
