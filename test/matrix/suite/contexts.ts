import '../support/context-manager.ts'
import { test } from 'node:test'
import { contextWithSession } from '@otel-sessions/processor'
import { CONTEXT_CONTRACT } from '../support/context-contract.ts'

for (const [title, check] of Object.entries(CONTEXT_CONTRACT)) {
  test(`a context ${title}: the API’s`, () => check((values) => values))
  test(`a context ${title}: one with a session`, () => {
    check((values) => contextWithSession(values, 'user_1_conv_1'))
  })
  test(`a context ${title}: one with a session and a value that was set in it`, () => {
    check((values) => contextWithSession(values, 'user_1_conv_1').setValue(Symbol.for('test.more'), 1))
  })
}
