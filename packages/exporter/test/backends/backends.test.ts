import { BACKEND_FACTS, BACKENDS, type BackendName } from '@otel-sessions/exporter/backends'
import { NEVER_ALIASES, SESSION_ALIASES } from '@otel-sessions/semconv'
import { describe, expect, it } from 'vitest'

const NAMES = Object.keys(BACKENDS) as BackendName[]
const factsOf = (name: BackendName) => BACKEND_FACTS[name]

describe('the known backends', () => {
  it('are listed by name, each with how it is known', () => {
    expect(NAMES).toHaveLength(23)
    expect(Object.keys(BACKEND_FACTS)).toEqual(NAMES)
    for (const name of NAMES) {
      expect(BACKENDS[name].name).toBe(name)
      expect(factsOf(name).source.length).toBeGreaterThan(10)
    }
  })

  it('are not assumed, except InteractiveAI and Maxim', () => {
    const assumed = NAMES.filter((name) => factsOf(name).evidence === 'assumed')
    expect(assumed).toEqual(['interactiveai', 'maxim'])
  })

  it('have no session key that means something else', () => {
    const never = [...NEVER_ALIASES.map(({ key }) => key), 'user.id', 'metadata', 'tag.tags']
    for (const { session, alsoReads = [] } of Object.values(BACKENDS)) {
      for (const key of [...session, ...alsoReads]) expect(never).not.toContain(key)
    }
  })

  it('write the session to keys that are read as aliases when the spans come back, except these', () => {
    const aliases = SESSION_ALIASES.map(({ key }) => key)
    const keys = Object.values(BACKENDS).flatMap(({ session }) => session)
    expect(keys.filter((key) => !aliases.includes(key)).toSorted()).toEqual([
      'confident.trace.thread_id',
      'respan.sessions.session_identifier',
      'respan.threads.thread_identifier',
    ])
  })

  it('use the conversation as the session only if the backend has nothing better', () => {
    const names = NAMES.filter((name) => BACKENDS[name].conversationFromSession)
    expect(names).toEqual(['datadog', 'sentry', 'weave'])
  })

  it('have full addresses, for the url of an exporter', () => {
    const endpoints = NAMES.map((name) => factsOf(name).endpoint).filter((endpoint) => endpoint !== undefined)
    const others = endpoints.filter((endpoint) => !/^https?:\/\/.+\/v1\/traces$/.test(endpoint))
    // These two are documented to be the full address.
    expect(others).toEqual(['https://us.i.posthog.com/i/v0/ai/otel', 'https://api.getmaxim.ai/v1/otel'])
  })

  it('read the session as it is if nothing else is written for it, except Maxim, which is assumed', () => {
    for (const name of NAMES.filter((each) => BACKENDS[each].conversationFromSession)) {
      expect(factsOf(name).reads).not.toContain('session')
    }
    const same = NAMES.filter((name) => BACKENDS[name].session[0] === 'session.id')
    expect(same.filter((name) => !factsOf(name).reads.includes('session'))).toEqual(['maxim'])
  })

  it('cannot be changed', () => {
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen))
    expect(isFrozen(BACKENDS)).toBe(true)
    expect(() => (BACKENDS.langfuse.session as string[]).push('mine')).toThrow(TypeError)
  })
})
