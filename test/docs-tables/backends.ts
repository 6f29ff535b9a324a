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

/** All backends in one table, then one section for each: what is written, where to send spans, and the evidence. */
export function backendsMarkdown(): string {
  const table = drawTable(
    ['backend', 'import', 'needed?', 'evidence'],
    NAMES.map((name) => {
      const facts = BACKEND_FACTS[name]
      return [`[${facts.backend}](#${name})`, code(name), neededFor(BACKENDS[name], facts), facts.evidence]
    }),
  )
  return [
    table,
    '## Each backend',
    ...NAMES.map((name) => section(name, BACKENDS[name], BACKEND_FACTS[name])),
  ].join('\n\n')
}

function section(name: BackendName, backend: SessionBackend, facts: BackendFacts): string {
  const needed = neededFor(backend, facts)
  return [
    `### ${titleOf(facts)} {#${name}}`,
    `Import ${code(name)}. ${NEEDED[needed] ?? `It is needed ${needed} only.`}`,
    drawTable(['field', 'written to'], fieldRows(backend)),
    [...sendTo(facts), `- Evidence: ${facts.evidence} (${facts.source}).`].join('\n'),
  ].join('\n\n')
}

const NEEDED: Readonly<Record<string, string>> = {
  yes: 'It is needed: without it, this backend does not group your spans by session.',
  no: 'It is not needed: the attributes that spans have anyway are enough.',
}

const titleOf = ({ backend }: BackendFacts) => `${backend.charAt(0).toUpperCase()}${backend.slice(1)}`

/** What the backend needs the option for: fields that it does not read from the stamped attributes. */
function neededFor(backend: SessionBackend, { reads }: BackendFacts): string {
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

const FORMS = { array: 'an array', 'comma-separated': 'one string, with commas', json: 'JSON' }

function fieldRows(backend: SessionBackend): string[][] {
  const { session, conversation, conversationFromSession, user, tags, metadata, extras } = backend
  const rows: [field: string, written: string | undefined][] = [
    ['session', sessionCell(backend)],
    [
      'conversation',
      conversation && !(conversationFromSession && session.length === 0) ? code(conversation) : undefined,
    ],
    ['user', user && code(user)],
    ['tags', tags && `${code(tags.key)}, ${FORMS[tags.form]}`],
    [
      'metadata',
      metadata &&
        (metadata.form === 'json' ? `${code(metadata.key)}, JSON` : code(`${metadata.prefix}<key>`)),
    ],
    [
      'constants',
      Object.entries(extras ?? {})
        .map(([key, value]) => code(`${key}: ${value}`))
        .join(', ') || undefined,
    ],
  ]
  return rows.flatMap(([field, written]) => (written === undefined ? [] : [[field, written]]))
}

function sessionCell({ session, conversation, conversationFromSession, idRule }: SessionBackend): string {
  const keys = session.map(code)
  if (conversationFromSession && conversation)
    keys.push(`${code(conversation)}, unless the span has a conversation of its own`)
  const limits = [
    idRule?.maxLength === undefined ? '' : `at most ${idRule.maxLength} characters`,
    idRule?.pattern === undefined ? '' : `must match ${code(String(idRule.pattern))}`,
  ].filter(Boolean)
  return [keys.join(', ') || 'nothing: it has no sessions', ...limits].join('; ')
}

function sendTo({ endpoint, contentType, headers }: BackendFacts): string[] {
  const type =
    contentType && { both: 'protobuf or JSON', protobuf: 'protobuf only', json: 'JSON only' }[contentType]
  return [
    endpoint && `- OTLP over HTTP: ${code(endpoint)}${type ? `, ${type}` : ''}`,
    headers && `- Headers: ${headers.map(code).join(', ')}`,
  ].filter((line) => line !== undefined)
}

const code = (text: string) => `\`${text}\``
