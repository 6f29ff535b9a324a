import { sessions } from 'otel-sessions/express'
import { expect, test } from 'vitest'

test('an option that is wrong is named', () => {
  expect(() => sessions({ session: 'user_a_conv' as never })).toThrow(
    'otel-sessions/express: sessions: option session must be a function, it is a string of 11 characters',
  )
})
