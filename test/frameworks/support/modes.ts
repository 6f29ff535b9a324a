/**
 * The parts of our packages that the application uses: `before` none; `late` the processor and the exporter; `after`
 * also backfill; `scope` also `usingSession` around each turn, with another ID than the framework's.
 */
export type Mode = 'before' | 'late' | 'after' | 'scope'

export const MODES: readonly Mode[] = ['before', 'late', 'after', 'scope']
