import { NEVER_ALIASES, SESSION_ALIASES, type SessionAlias } from '@otel-sessions/semconv'
import { aliasSource } from './alias-sources.ts'
import { drawTable } from './draw.ts'

/** An alias, and what writes it. */
type SourcedAlias = SessionAlias & { readonly source: string }

/** The table of aliases, in the order in which they are read. Vendors' keys in metadata are left to the page's text. */
export function aliasesMarkdown(aliases: readonly SourcedAlias[] = SESSION_ALIASES.map(withSource)): string {
  const rows = groups(withoutVendorKeysInMetadata(aliases)).map((group, index) => {
    const [first] = group
    return [String(index + 1), first?.concept ?? '', first?.source ?? '', names(group)]
  })
  return drawTable(['', 'concept', 'who writes it', 'attribute'], rows)
}

const withSource = (alias: SessionAlias): SourcedAlias => ({
  ...alias,
  source: aliasSource(alias.key, alias.in),
})

/** A name that applications use in metadata. */
const NAME = /(session|conversation|chat|thread)(_i|I)d$/

/** Without keys such as `ai.telemetry.metadata.$ai_session_id`: a vendor's own key under a prefix for metadata. */
function withoutVendorKeysInMetadata(aliases: readonly SourcedAlias[]): readonly SourcedAlias[] {
  const prefixes = aliases.filter(({ key }) => key.endsWith('.sessionId')).map(({ key }) => prefixOf(key))
  const isIn = (prefix: string, key: string) =>
    key.startsWith(prefix) && key.slice(prefix.length) !== NAME.exec(key)?.[0]
  return aliases.filter(({ key }) => !prefixes.some((prefix) => isIn(prefix, key)))
}

/** The table of attributes that look like a session ID and are something else. */
export function neverAliasesMarkdown(): string {
  return drawTable(
    ['attribute', 'what it is'],
    NEVER_ALIASES.map(({ key, reason }) => [code(key), reason]),
  )
}

/** Groups of consecutive aliases with the same concept, source and place. */
function groups(aliases: readonly SourcedAlias[]): SourcedAlias[][] {
  const grouped: SourcedAlias[][] = []
  for (const alias of aliases) {
    const last = grouped.at(-1)
    if (last !== undefined && headOf(last[0]) === headOf(alias)) last.push(alias)
    else grouped.push([alias])
  }
  return grouped
}

const headOf = (alias: SourcedAlias | undefined) => `${alias?.concept} ${alias?.source} ${alias?.in}`

function names(group: readonly SessionAlias[]): string {
  const cells = [...new Set(group.map(({ key }) => prefixOf(key)))].map((prefix) => {
    const members = group.filter(({ key }) => prefixOf(key) === prefix)
    const rest = members.map(({ key }) => key.slice(prefix.length))
    if (group[0]?.in === 'metadata-json') return `in the JSON of \`metadata\`: ${rest.map(code).join(', ')}`
    return prefix === '' || rest.length === 1
      ? members.map(({ key }) => code(key)).join(', ')
      : code(`${prefix}{${rest.join(',')}}`)
  })
  return cells.join(', ')
}

const code = (text: string) => `\`${text}\``

/** The beginning of a key, up to and including its last dot. */
const prefixOf = (key: string) => key.slice(0, key.lastIndexOf('.') + 1)
