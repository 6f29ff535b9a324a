import { expect, it } from 'vitest'
import { newHeaders } from '../../../src/persistent/sending/headers.ts'

it('headers that do not change are made once for each content type', () => {
  const headersFor = newHeaders({ a: 'b' }, 'gzip')
  expect(headersFor('x')).toBe(headersFor('x'))
  expect(headersFor('y')).not.toBe(headersFor('x'))
  expect(headersFor('x')).toEqual({
    'user-agent': expect.stringMatching(/^otel-sessions-exporter\/\d+\.\d+\.\d+/),
    a: 'b',
    'content-type': 'x',
    'content-encoding': 'gzip',
  })
})
