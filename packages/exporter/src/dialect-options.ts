import { kindOf } from '@otel-sessions/semconv/internal'
import type { BackendName, SessionBackend } from './backends/backend.ts'
import { BACKENDS } from './backends/table.ts'
import { checkedDialect } from './check-dialect.ts'

/** What the option `dialects` takes. */
export type Dialects = readonly (BackendName | SessionBackend)[]

const WHERE = 'SessionSpanExporter: option dialects'

/** What else people call a backend, in small letters alone. */
const OTHER_NAMES: Readonly<Record<string, BackendName>> = {
  applicationinsights: 'azure',
  arize: 'openinference',
  comet: 'opik',
  deepeval: 'confident',
  keywordsai: 'respan',
  phoenix: 'openinference',
  wandb: 'weave',
  wb: 'weave',
}

/**
 * The dialects, each once and checked. Those of the application are copied; the known ones are frozen.
 *
 * @throws TypeError or RangeError that names the option, the entry and what is wrong with it
 */
export function dialectsOf(dialects: Dialects): readonly SessionBackend[] {
  if (!Array.isArray(dialects)) {
    throw new TypeError(`${WHERE} must be an array of names or dialects, it is ${kindOf(dialects)}`)
  }
  const given = dialects.map((dialect) => (typeof dialect === 'string' ? knownDialect(dialect) : dialect))
  const distinct = [...new Set(given)].map((dialect) =>
    checkedDialect(dialect, `${WHERE}[${given.indexOf(dialect)}]`),
  )
  const names = distinct.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  // They would be counted, and spoken of, as one.
  if (twice !== undefined) throw new TypeError(`${WHERE} has two dialects named ${JSON.stringify(twice)}`)
  return distinct
}

function knownDialect(name: string): SessionBackend {
  if (Object.hasOwn(BACKENDS, name)) return BACKENDS[name as BackendName]
  const known = Object.keys(BACKENDS).toSorted()
  const letters = name.toLowerCase().replace(/[^a-z]/g, '')
  const meant = known.includes(letters) ? letters : own(OTHER_NAMES, letters)
  const quoted = JSON.stringify(name)
  const hint = meant === undefined ? '' : `: ${quoted} is the dialect "${meant}"`
  throw new TypeError(`${WHERE} has no dialect ${quoted}${hint}; there are ${known.join(', ')}`)
}

const own = <T>(values: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(values, key) ? values[key] : undefined
