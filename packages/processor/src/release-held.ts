import type { SessionFlush } from '@otel-sessions/semconv'

/** Has the exporters ship what they hold back, also what is still on its way to them. Never rejects. */
export async function releaseHeld(flush: SessionFlush): Promise<void> {
  flush.count++
  await Promise.allSettled(Array.from(flush.holders, async (release) => release()))
}
