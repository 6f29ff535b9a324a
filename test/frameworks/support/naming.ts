import { readSessionAlias } from '@otel-sessions/semconv'
import type { TurnTrace } from './turns.ts'

/** Which traces name a session on any of their spans, without our packages. */
export interface Naming {
  names(trace: TurnTrace): boolean
  /** Kinds of traces of which only some name a session, so that later runs cannot be compared with them. */
  readonly unlike: readonly string[]
}

/** Reads from the traces of the run `before` which ones name a session, for comparison with another run. */
export function namingOf(traces: readonly TurnTrace[]): Naming {
  const naming = new Set<string>()
  const silent = new Set<string>()
  for (const { key, spans } of traces) {
    const names = spans.some(({ attributes }) => readSessionAlias(attributes) !== undefined)
    ;(names ? naming : silent).add(key)
  }
  return { names: ({ key }) => naming.has(key), unlike: [...naming].filter((key) => silent.has(key)) }
}
