import {
  type DialectFacts,
  type DialectName,
  SESSION_DIALECT_FACTS,
  SESSION_DIALECTS,
  type SessionDialect,
} from '@otel-sessions/semconv'
import { NAMES } from '../dialects/golden.ts'
import { drawTable } from './draw.ts'

const HEAD = ['backend', 'dialect', 'session', 'user, tags, metadata', 'OTLP over HTTP', 'how we know']

/** The table of the backends: what is written for each, and how that is known. */
export function dialectsMarkdown(): string {
  return drawTable(
    HEAD,
    NAMES.map((name) => cells(SESSION_DIALECTS[name], SESSION_DIALECT_FACTS[name])),
  )
}

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
