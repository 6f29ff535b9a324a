import { context } from '@opentelemetry/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wordsInTime } from './table/bodies.ts'
import { cell, KEPT, lost } from './table/cell.ts'
import { CELLS } from './table/cells.ts'
import { byForAwait } from './table/consumers.ts'
import { markdown } from './table/markdown.ts'
import { runCell } from './table/run-cell.ts'
import { registerContext, work } from './table/telemetry.ts'
import { useModelServer } from './use-model-server.ts'

useModelServer()
beforeAll(registerContext)
afterAll(() => context.disable())

describe('what becomes of the session of each shape is as listed', () => {
  test.each(CELLS.map((listed) => ({ listed, ...listed })))(
    '$shape, $consumed, is $alone in usingSession alone, and $bound with bindSession',
    async ({ listed }) => {
      const { alone, bound } = await runCell(listed)
      expect({ alone, bound }).toEqual({ alone: listed.alone, bound: listed.bound })
    },
  )
})

describe('the list is compared with the observation: a cell fails', () => {
  const shape = { shape: 'a shape', consumed: 'somehow', make: () => wordsInTime() }

  test('if it lists a kept session as lost', async () => {
    const { alone, asListed } = await runCell(cell({ ...shape, consume: byForAwait, ...lost('no') }))
    expect({ alone, asListed }).toEqual({ alone: 'kept', asListed: false })
  })

  test('if it lists a lost session as kept', async () => {
    const frozen = { ...shape, make: () => Object.freeze(wordsInTime()) }
    const { alone, asListed } = await runCell(cell({ ...frozen, consume: byForAwait, ...KEPT }))
    expect({ alone, asListed }).toEqual({ alone: 'lost', asListed: false })
  })

  test("when the consumer's own work gets into the session", async () => {
    const callsBack = (each: () => void) => {
      work('body')
      each()
    }
    const { bound, asListed } = await runCell(
      cell({ ...shape, make: (bind) => bind(callsBack), consume: (made, each) => made(each), ...KEPT }),
    )
    expect({ bound, asListed }).toEqual({ bound: 'leaks', asListed: false })
  })

  test('when nothing was done, or the consumer did nothing', async () => {
    const { alone } = await runCell(cell({ ...shape, consume: (_, each) => void each(), ...KEPT }))
    const silent = await runCell(
      cell({ ...shape, consume: (made) => byForAwait(made, () => 'go on'), ...KEPT }),
    )
    expect([alone, silent.alone]).toEqual(['idle', 'idle'])
  })
})

describe('the table of stream shapes', () => {
  test('has one row for each shape, and rejects a shape with different results', () => {
    const [first] = CELLS
    if (first === undefined) throw new Error('the list is empty')
    const other = { ...first, alone: 'lost' } as const
    expect(() => markdown([first, other])).toThrow('differ')
  })
})
