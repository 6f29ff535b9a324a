import { type DialectName, SESSION_DIALECTS, type SessionDialect } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { checkedDialect } from './check-dialect.ts'

/** What the option `dialects` takes. */
export type Dialects = readonly (DialectName | SessionDialect)[]

const WHERE = 'SessionSpanExporter: option dialects'

/**
 * The dialects, each once, checked and copied.
 *
 * @throws TypeError or RangeError that names the option, the entry and what is wrong with it
 */
export function dialectsOf(dialects: Dialects): readonly SessionDialect[] {
  if (!Array.isArray(dialects)) {
    throw new TypeError(`${WHERE} must be an array of names or dialects, it is ${kindOf(dialects)}`)
  }
  const distinct = [...new Set<unknown>(dialects)]
  return distinct.map((dialect) => {
    if (typeof dialect === 'string') return knownDialect(dialect)
    return checkedDialect(dialect, `${WHERE}[${dialects.indexOf(dialect as never)}]`)
  })
}

function knownDialect(name: string): SessionDialect {
  if (Object.hasOwn(SESSION_DIALECTS, name)) return SESSION_DIALECTS[name as DialectName]
  const known = Object.keys(SESSION_DIALECTS).toSorted().join(', ')
  throw new TypeError(`${WHERE} has no dialect ${JSON.stringify(name)}; there are ${known}`)
}
