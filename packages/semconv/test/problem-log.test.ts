import { readFileSync } from 'node:fs'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { logUnheard, problemCounts, problemLog, VERSION } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { collectAllWarnings, collectWarnings } from '../../../test/support/tracing.ts'

afterEach(() => diag.disable())

describe('a problem that occurs while no logger is set', () => {
  it('is logged, once, when another one occurs after that', () => {
    const log = problemLog('later')
    log.report('area:first', () => 'the first')
    log.report('area:first', () => 'the first again')
    const warnings = collectAllWarnings()
    log.report('area:second', () => 'the second')
    log.report('area:first', () => 'the first once more')
    expect(warnings).toEqual(['later the first (logged once)', 'later the second (logged once)'])
    expect(log.counts()).toEqual({ 'area:first': 3, 'area:second': 1 })
  })

  it('is logged when somebody reads the counters, of whichever package', () => {
    problemLog('one').report('area:reason', () => 'something')
    const warnings = collectAllWarnings()
    problemLog('other').counts()
    expect(warnings).toEqual(['one something (logged once)'])
  })

  it('is kept as text, so that nothing of it is read later', () => {
    const value = { text: 'before' }
    problemLog('text').report('area:reason', () => value.text)
    value.text = 'after'
    const warnings = collectAllWarnings()
    logUnheard()
    expect(warnings).toEqual(['text before (logged once)'])
  })

  it('is not logged again for the next logger', () => {
    problemLog('again').report('area:reason', () => 'something')
    collectAllWarnings()
    logUnheard()
    const next = collectAllWarnings()
    logUnheard()
    expect(next).toEqual([])
  })

  it('is logged although the logger throws for another one', () => {
    problemLog('throwing').report('area:one', () => 'one')
    problemLog('throwing').report('area:two', () => 'two')
    const logged: string[] = []
    const warn = (...parts: unknown[]) => {
      logged.push(parts.join(' '))
      throw new Error('logger')
    }
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
    expect(logUnheard).not.toThrow()
    expect(logged).toEqual(['throwing one (logged once)', 'throwing two (logged once)'])
  })
})

it('a problem is logged once for each endpoint that it is about', () => {
  const warnings = collectWarnings()
  const log = problemLog('endpoints')
  for (const host of ['a.example', 'b.example', 'a.example']) log.report('sending:401', () => host, host)
  expect(warnings).toEqual(['endpoints a.example (logged once)', 'endpoints b.example (logged once)'])
  expect(log.counts()).toEqual({ 'sending:401': 3 })
})

it('a program that makes up endpoints without end has its problems counted, and fills no memory', () => {
  const warnings = collectWarnings()
  const log = problemLog('many')
  for (let i = 0; i < 2000; i++) log.report('sending:401', () => 'rejected', `${i}.example`)
  expect(warnings.length).toBeLessThan(1000)
  expect(log.counts()).toEqual({ 'sending:401': 2000 })
})

it.each(['semconv', 'processor', 'exporter', 'analytics'])(
  'the version of %s is that of its package.json',
  (name) => {
    const file = new URL(`../../${name}/package.json`, import.meta.url)
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe(VERSION)
  },
)

it('problemCounts counts the problems of all packages by code, and nothing of what they are about', () => {
  const before = problemCounts()['counted:twice'] ?? 0
  problemLog('one').report('counted:twice', () => 'something', 'express')
  problemLog('other').report('counted:twice', () => 'something', 'fastify')
  const counts = problemCounts()
  expect(counts['counted:twice']).toBe(before + 2)
  expect(counts).not.toHaveProperty('express')
})
