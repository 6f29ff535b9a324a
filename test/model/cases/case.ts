// A rule as a sentence, with a small program and its expected spans; and helpers for such programs.

import type { Exported, World, WorldOptions } from '../world.ts'

export interface Case {
  readonly sentence: string
  readonly options?: WorldOptions
  readonly play: <C, S>(world: World<C, S>) => void
  /** Every exported span: its session, or all compared attributes. */
  readonly exports: Readonly<Record<string, string | undefined | Exported>>
}

export const A = 'sess-A'
export const B = 'sess-B'
export const C = 'sess-C'
export const INVALID = 'x'.repeat(200)
export const own = (id: string | number) => ({ attributes: { 'session.id': id } })
export const alias = (id: string | number) => ({ attributes: { thread_id: id } })

/** Starts a span, and returns the context in which it is active. */
export function open<C, S>(world: World<C, S>, name: string, at: C, options = {}): { span: S; inside: C } {
  const span = world.startSpan(name, at, options)
  return { span, inside: world.withSpan(at, span) }
}

/** Starts a span and ends it. */
export function leaf<C, S>(world: World<C, S>, name: string, at: C, options = {}): void {
  world.end(world.startSpan(name, at, options))
}
