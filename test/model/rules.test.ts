// The rules one at a time and in pairs, as sentences. The expectations are written by hand from the description of
// the rules, and checked for the model and for the real packages, with and without onEnding.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alone } from './cases/alone.ts'
import type { Case } from './cases/case.ts'
import { children } from './cases/children.ts'
import { fields } from './cases/fields.ts'
import { langchain } from './cases/langchain.ts'
import { late } from './cases/late.ts'
import { others } from './cases/others.ts'
import { pairs } from './cases/pairs.ts'
import { Model } from './model.ts'
import { RealWorld, useContextManager } from './real-world.ts'
import type { Exported, World, WorldOptions } from './world.ts'

const table = {
  'each rule alone': alone,
  'each rule against each other': pairs,
  'other libraries and other processes': others,
  'the rules for the end of a span': late,
  'the exception for LangChain': langchain,
  'sessions from children': children,
  'user and conversation': fields,
}

const worlds: Readonly<Record<string, (options: WorldOptions) => World<unknown, unknown>>> = {
  'the model': (options) => new Model(options) as World<unknown, unknown>,
  'the packages': (options) => new RealWorld(options) as World<unknown, unknown>,
  'the packages, without onEnding': (options) =>
    new RealWorld({ ...options, hasOnEnding: false }) as World<unknown, unknown>,
}

let manager: ReturnType<typeof useContextManager>
beforeAll(() => {
  manager = useContextManager()
})
afterAll(() => manager.disable())

for (const [heading, cases] of Object.entries(table)) {
  describe(heading, () => {
    for (const { sentence, options = {}, play, exports } of cases) {
      describe(sentence, () => {
        for (const [who, make] of Object.entries(worlds)) {
          test(`${who} agrees`, () => {
            const world = make(options)
            play(world)
            expect(Object.fromEntries(world.exported())).toEqual(wholly(exports))
          })
        }
      })
    }
  })
}

/** A string or undefined means that session and none of the other attributes. */
function wholly(exports: Case['exports']): Record<string, Exported> {
  const entries = Object.entries(exports).map(([name, value]) => {
    if (typeof value === 'object') return [name, value]
    return [name, value === undefined ? {} : { 'session.id': value }]
  })
  return Object.fromEntries(entries)
}
