import {
  BACKEND_FACTS,
  BACKENDS,
  type BackendFacts,
  type BackendField,
  type BackendName,
  type SessionBackend,
} from '@otel-sessions/exporter/backends'
import { NAMES } from '../backends/golden.ts'
import { drawTable } from './draw.ts'

const HEAD = [
  'backend',
  'import',
  'needed?',
  'session',
  'user, tags, metadata',
  'OTLP over HTTP',
  'how we know',
]

/** The README's table of backends: the keys that are written for each, and the evidence. */
export function backendsMarkdown(): string {
  return drawTable(
    HEAD,
    NAMES.map((name) => cells(BACKENDS[name], BACKEND_FACTS[name])),
  )
}

function cells(backend: SessionBackend, facts: BackendFacts) {
  const { evidence, source } = facts
  return [
    facts.backend,
    code(backend.name as BackendName),
    neededCell(backend, facts),
    sessionCell(backend),
    otherCell(backend),
    endpointCell(facts),
    `${evidence}: ${source}`,
  ]
}

/** What the backend needs the option for: fields that it does not read from the stamped attributes. */
function neededCell(backend: SessionBackend, { reads }: BackendFacts) {
  const { session, conversationFromSession, extras, user, tags, metadata } = backend
  const others = {
    session: session.some((key) => key !== 'session.id') || conversationFromSession,
    user: user !== undefined && user !== 'user.id',
    tags: tags !== undefined && tags.key !== 'tag.tags',
    metadata: metadata !== undefined && !(metadata.form === 'json' && metadata.key === 'metadata'),
  }
  const fields = Object.keys(others) as BackendField[]
  const needs = fields.filter((field) => others[field] && !reads.includes(field))
  if (needs.includes('session') || extras !== undefined) return 'yes'
  return needs.length === 0 ? 'no' : `for ${needs.join(' and ')}`
}

function endpointCell({ endpoint, contentType, headers }: BackendFacts) {
  const type = contentType === 'both' ? 'protobuf or JSON' : contentType
  return [endpoint && code(endpoint), type, headers && `headers ${headers.map(code).join(', ')}`]
    .filter(Boolean)
    .join(', ')
}

const code = (text: string) => `\`${text}\``

function sessionCell({ session, conversation, conversationFromSession, idRule, extras }: SessionBackend) {
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

function otherCell({ user, tags, metadata }: SessionBackend) {
  const cells = [
    user && code(user),
    tags && code(tags.key) + FORMS[tags.form],
    metadata && (metadata.form === 'json' ? code(metadata.key) : code(`${metadata.prefix}<key>`)),
  ]
  return cells.filter(Boolean).join(', ')
}
