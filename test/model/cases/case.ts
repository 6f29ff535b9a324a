// One rule as a sentence, a tiny program and what it ships; and the vocabulary in which such programs are written.

import type { Shipped, World, WorldOptions } from '../world.ts'

export interface Case {
  readonly sentence: string
  readonly options?: WorldOptions
  readonly play: <C, S>(world: World<C, S>) => void
  /** Every span that is exported: its session, or all the attributes that are judged. */
  readonly ships: Readonly<Record<string, string | undefined | Shipped>>
}

export const A = 'sess-A'
export const B = 'sess-B'
export const C = 'sess-C'
export const INVALID = 'x'.repeat(200)
export const own = (id: string | number) => ({ attributes: { 'session.id': id } })
export const alias = (id: string | number) => ({ attributes: { thread_id: id } })

/** Starts a span, and gives the context in which it is active. */
export function open<C, S>(world: World<C, S>, name: string, at: C, options = {}): { span: S; inside: C } {
  const span = world.startSpan(name, at, options)
  return { span, inside: world.withSpan(at, span) }
}

/** Starts spans and ends them, the last first. */
export function leaf<C, S>(world: World<C, S>, name: string, at: C, options = {}): void {
  world.end(world.startSpan(name, at, options))
}
