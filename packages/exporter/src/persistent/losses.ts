import type { DeliveryCounters } from './counters.ts'

/** What was not delivered and will not be by itself, by reason. */
export type Losses = Readonly<Record<string, number>>

export const lossesOf = ({ dropped, rejected }: DeliveryCounters): Losses => ({
  ...dropped,
  refused: rejected,
})

/** What came on top, in words; undefined where nothing did. */
export function lostSince(before: Losses, counters: DeliveryCounters): string | undefined {
  const more = Object.entries(lossesOf(counters))
    .map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const)
    .filter(([, count]) => count > 0)
  return more.length === 0 ? undefined : more.map(([reason, count]) => `${count} ${reason}`).join(', ')
}
