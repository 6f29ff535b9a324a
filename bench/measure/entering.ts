import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { SCOPES } from '../libraries/all.ts'
import { floorScopes } from '../libraries/floor.ts'
import type { Scopes } from '../libraries/library.ts'
import { added, cost } from '../support/figures.ts'
import { interleave, type Variant } from '../support/interleave.ts'
import { MANY_IDS } from '../support/session.ts'
import type { Measure } from './measurement.ts'

const CALLS_PER_CHUNK = 500

interface Circumstances {
  readonly content: 'id' | 'rich'
  readonly keys: number
  readonly isAsync: boolean
}

/** The content of the scope, the number of other keys in the context, and whether the function is async. */
export const ENTERING: Readonly<Record<string, Circumstances>> = {
  'ID only, empty context': { content: 'id', keys: 0, isAsync: false },
  'ID only, 8 keys': { content: 'id', keys: 8, isAsync: false },
  'rich, empty context': { content: 'rich', keys: 0, isAsync: false },
  'rich, 8 keys': { content: 'rich', keys: 8, isAsync: false },
  'ID only, empty context, async': { content: 'id', keys: 0, isAsync: true },
  'ID only, 8 keys, async': { content: 'id', keys: 8, isAsync: true },
  'rich, empty context, async': { content: 'rich', keys: 0, isAsync: true },
  'rich, 8 keys, async': { content: 'rich', keys: 8, isAsync: true },
}

/** Measures entering and leaving a scope around a function that does nothing, compared with `context.with(setValue)`. */
export const measureEntering: Measure = async (circumstances, variant, rounds) => {
  const setting = ENTERING[circumstances]
  const scopes = await SCOPES[variant]?.()
  if (setting === undefined || scopes === undefined) throw new Error(`no "${circumstances}" of "${variant}"`)
  checkEntered(variant, scopes)
  const samples = await interleave(
    [
      entering('floor', floorScopes, setting),
      entering('control', floorScopes, setting),
      entering('measured', scopes, setting),
    ],
    rounds,
  )
  if (calls === 0) throw new Error(`${variant}: the function was not called`)
  const floor = cost(samples, 'floor')
  return {
    cost: cost(samples, 'measured'),
    floor,
    control: added(samples, 'control', 'floor'),
    baseline: floor,
  }
}

/** Checks that there is a scope and that it ends; the stamping rows check that spans are stamped. */
function checkEntered(name: string, scopes: Scopes): void {
  const outside = context.active()
  const inside = scopes.id(MANY_IDS[0] as string, () => context.active())
  if (inside === outside || context.active() !== outside) throw new Error(`${name}: no scope was entered`)
}

function entering(name: string, scopes: Scopes, { content, keys, isAsync }: Circumstances): Variant {
  const enter = scopes[content]
  const outer = contextWith(keys)
  const idOf = (call: number) => MANY_IDS[call % MANY_IDS.length] as string
  const loop = () => {
    for (let call = 0; call < CALLS_PER_CHUNK; call++) enter(idOf(call), noop)
  }
  const asyncLoop = async () => {
    for (let call = 0; call < CALLS_PER_CHUNK; call++) await enter(idOf(call), asyncNoop)
  }
  const run = isAsync ? () => context.with(outer, asyncLoop) : () => context.with(outer, loop)
  return { name, operations: CALLS_PER_CHUNK, run }
}

function contextWith(keys: number): Context {
  let carrying = ROOT_CONTEXT
  for (let key = 0; key < keys; key++) carrying = carrying.setValue(createContextKey(`bench.key.${key}`), key)
  return carrying
}

let calls = 0

function noop(): void {
  calls++
}

async function asyncNoop(): Promise<void> {
  await undefined
  calls++
}
