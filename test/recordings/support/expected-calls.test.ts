import { expect, test } from 'vitest'
import { CASES, type CaseName } from '../cases.ts'
import { type ProviderCall, type Recording, readRecordings } from '../recording.ts'
import { checkCalls } from './expected-calls.ts'

/** What a program leaves that answers every case with plain text, once for each reply. */
const plainly = (name: CaseName): Recording => {
  const call: ProviderCall = {
    provider: 'openai',
    request: 'POST /v1/chat/completions',
    model: 'm',
    stream: false,
    asked: { messages: [{ role: 'user', content: 'hello' }] },
    status: 200,
    answered: {},
    usage: { input: 1, output: 1 },
  }
  return {
    family: 'a',
    case: name,
    versions: {},
    spans: [],
    logs: [],
    calls: CASES[name].replies.map(() => call),
  }
}

test.each<CaseName>([
  'streamed',
  'parallel-tools',
  'image',
  'tool-use-prompt',
  'error',
  'aborted',
  'compacted',
  'embedding',
])('a program that answers %s like any other case is not recorded', (name) => {
  expect(() => checkCalls(plainly(name))).toThrow('the program does not hold the case')
})

test('a program that makes fewer calls than the case has replies is not recorded', () => {
  const recording = plainly('three-turns')
  expect(() => checkCalls(recording)).not.toThrow()
  expect(() => checkCalls({ ...recording, calls: recording.calls.slice(1) })).toThrow('2 calls instead of 3')
})

test('every stored recording has the calls of its case', () => {
  const wrong = readRecordings().filter((recording) => {
    try {
      checkCalls(recording)
      return false
    } catch {
      return true
    }
  })
  expect(wrong.map((recording) => `${recording.family}, ${recording.case}`)).toEqual([])
})
