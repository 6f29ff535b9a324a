import { readSessionAlias } from '@otel-sessions/semconv'
import type { TurnTrace } from './turns.ts'

/** Which traces name a session on any of their spans, without our packages. */
export interface Naming {
  names(trace: TurnTrace): boolean
  /** Kinds of traces of which some name one and some do not, so that later runs cannot be judged by them. */
  readonly unlike: readonly string[]
}

/** What the traces of the run `before` name, to be asked of the traces of another run. */
export function namingOf(traces: readonly TurnTrace[]): Naming {
  const naming = new Set<string>()
  const silent = new Set<string>()
  for (const { key, spans } of traces) {
    const names = spans.some(({ attributes }) => readSessionAlias(attributes) !== undefined)
    ;(names ? naming : silent).add(key)
  }
  return { names: ({ key }) => naming.has(key), unlike: [...naming].filter((key) => silent.has(key)) }
}
