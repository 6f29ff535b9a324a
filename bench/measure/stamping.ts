import { STAMPERS } from '../libraries/all.ts'
import { floorScopes, floorStamper } from '../libraries/floor.ts'
import { NoopProcessor, type Stamper } from '../libraries/library.ts'
import { interleave } from '../support/interleave.ts'
import type { Content } from '../support/session.ts'
import { checkExported, checkStamped } from './check.ts'
import { type Measure, overBaseline } from './measurement.ts'
import { spanWork } from './spans.ts'

/** The content of the scope, and the depth of nested spans. */
export const STAMPING: Readonly<Record<string, readonly [Content, number]>> = {
  'ID only, roots': ['id', 1],
  'ID only, 10 deep': ['id', 10],
  'rich, roots': ['rich', 1],
  'rich, 10 deep': ['rich', 10],
  'outside any scope, roots': ['none', 1],
  'outside any scope, 10 deep': ['none', 10],
}

/** Measures what a span costs in addition to a processor that does nothing. */
export const measureStamping: Measure = async (circumstances, variant, rounds) => {
  const [content, depth] = STAMPING[circumstances] ?? missing(circumstances)
  const stamper = await (STAMPERS[variant] ?? missing(variant))()
  const floor = floorStamper(content)
  checkStamped(variant, stamper, content, depth)
  checkStamped('the floor', floor, content, depth)
  // The baseline starts its spans in the floor's context, so that the cost of copying a context counts.
  const doingNothing = (): Stamper => ({ ...floor, scopes: floorScopes, processor: new NoopProcessor() })
  const variants = [
    spanWork('baseline', doingNothing(), content, depth),
    spanWork('control', doingNothing(), content, depth),
    spanWork('measured', stamper, content, depth),
  ]
  // Outside any scope the floor does nothing, so there is no comparison.
  if (content !== 'none') variants.push(spanWork('floor', floor, content, depth))
  const samples = await interleave(variants, rounds)
  await checkExported(variant, stamper, content)
  return overBaseline(samples)
}

function missing(name: string): never {
  throw new Error(`there is no "${name}"`)
}
