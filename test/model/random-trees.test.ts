// Random programs that run in the model and in the real packages: every exported span must be equal.
// MODEL_SEED=<n> and MODEL_RUNS=<n per variant> repeat or extend a run; a failure prints its seed and path.

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isDeep } from '../deep/runs.ts'
import { linesOf, play } from './interpreter.ts'
import { Model } from './model.ts'
import { type Program, program } from './programs.ts'
import { RealWorld, type RealWorldOptions, useContextManager } from './real-world.ts'
import type { Exported } from './world.ts'

const seed = Number(process.env['MODEL_SEED'] ?? 20261121)
// Some faults show once in 20,000 programs.
const numRuns = Number(process.env['MODEL_RUNS'] ?? (isDeep ? 40_000 : 1_000))

const variants: readonly (RealWorldOptions & { readonly name: string })[] = [
  { name: 'as it comes' },
  { name: "with onOverwrite 'accept'", onOverwrite: 'accept' },
  { name: 'with inferFromChildren off', inferFromChildren: false },
  { name: 'on an SDK without onEnding', hasOnEnding: false },
  { name: 'in a process with a session of its own', defaultSession: 'process_1' },
  {
    name: 'the same on an SDK without onEnding',
    defaultSession: 'process_1',
    hasOnEnding: false,
  },
  {
    name: "on an SDK without onEnding, with onOverwrite 'accept'",
    hasOnEnding: false,
    onOverwrite: 'accept',
  },
]

describe('every span of a random program has the session of the rules', () => {
  let manager: ReturnType<typeof useContextManager>
  beforeAll(() => {
    manager = useContextManager()
  })
  afterAll(() => manager.disable())

  for (const { name, hasOnEnding = true, ...options } of variants) {
    test(name, () => {
      const real = new RealWorld({ hasOnEnding, ...options })
      let spans = 0
      const agrees = (randomProgram: Program) => {
        real.reset()
        const model = new Model(options)
        play(randomProgram, model)
        play(randomProgram, real)
        spans += model.exported().size
        const difference = compare(model.exported(), real.exported())
        if (difference.length > 0) throw new Error([...linesOf(randomProgram), ...difference].join('\n'))
      }
      fc.assert(fc.property(program, agrees), { seed, numRuns })
      // A broken generator must not look like agreement.
      expect(spans).toBeGreaterThan(numRuns)
    })
  }
})

function compare(model: Map<string, Exported>, real: Map<string, Exported>): string[] {
  const names = new Set([...model.keys(), ...real.keys()])
  return [...names]
    .filter((name) => !isDeepStrictEqual(model.get(name), real.get(name)))
    .map(
      (name) => `  ${name}: model ${JSON.stringify(model.get(name))}, real ${JSON.stringify(real.get(name))}`,
    )
}
