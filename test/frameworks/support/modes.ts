/**
 * What the application has of ours:
 * `before` nothing, not even loaded; `late` the processor and the exporter; `after` an exporter that also backfills; `scope` the same, and `usingSession` around each turn, with an ID that is not the framework's.
 */
export type Mode = 'before' | 'late' | 'after' | 'scope'

export const MODES: readonly Mode[] = ['before', 'late', 'after', 'scope']
