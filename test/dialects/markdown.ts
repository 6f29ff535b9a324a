import {
  type DialectFacts,
  type DialectName,
  SESSION_DIALECT_FACTS,
  SESSION_DIALECTS,
  type SessionDialect,
} from '@otel-sessions/semconv'
import { NAMES } from './golden.ts'

const BEGIN = '<!-- dialects -->'
const END = '<!-- /dialects -->'

/** The README with the table of the backends between its marks. */
export function withDialects(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`the README has no ${BEGIN} before ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${table()}\n\n${readme.slice(end)}`
}

const HEAD = ['backend', 'dialect', 'session', 'user, tags, metadata', 'OTLP over HTTP', 'how we know']

function table(): string {
  const rows = [HEAD, ...NAMES.map((name) => cells(SESSION_DIALECTS[name], SESSION_DIALECT_FACTS[name]))]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head, ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))))
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n')
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function cells(dialect: SessionDialect, { backend, evidence, source, endpoint, contentType }: DialectFacts) {
  const address = endpoint === undefined ? '' : code(endpoint)
  return [
    backend,
    code(dialect.name as DialectName),
    sessionCell(dialect),
    otherCell(dialect),
    [address, contentType === 'both' ? 'protobuf or JSON' : contentType].filter(Boolean).join(', '),
    `${evidence}: ${source}`,
  ]
}

const code = (text: string) => `\`${text}\``

function sessionCell({ session, conversation, conversationFromSession, idRule, extras }: SessionDialect) {
  const keys = session.map(code)
  if (conversationFromSession && conversation)
    keys.push(`${code(conversation)} (unless the span has its own)`)
  for (const [key, value] of Object.entries(extras ?? {})) keys.push(code(`${key}: ${value}`))
  const limits = [
    idRule?.maxLength === undefined ? '' : `at most ${idRule.maxLength} characters`,
    idRule?.pattern === undefined ? '' : code(String(idRule.pattern)),
  ].filter(Boolean)
  return [keys.join(', ') || 'none', ...limits].join('; ')
}

const FORMS = { array: '', 'comma-separated': ' (with commas)', json: ' (JSON)' }

function otherCell({ user, tags, metadata }: SessionDialect) {
  const cells = [
    user && code(user),
    tags && code(tags.key) + FORMS[tags.form],
    metadata && (metadata.form === 'json' ? code(metadata.key) : code(`${metadata.prefix}<key>`)),
  ]
  return cells.filter(Boolean).join(', ')
}
