import { NEVER_ALIASES, SESSION_ALIASES, type SessionAlias } from '@otel-sessions/semconv'
import { drawTable } from './draw.ts'

/** The table of aliases, in the order in which they are read. */
export function aliasesMarkdown(aliases: readonly SessionAlias[] = SESSION_ALIASES): string {
  const rows = groups(aliases).map((group, index) => [String(index + 1), sourceOf(group), names(group)])
  return drawTable(['', 'who writes it', 'attribute'], rows)
}

/** The table of attributes that look like a session ID and are something else. */
export function neverAliasesMarkdown(): string {
  return drawTable(
    ['attribute', 'what it is'],
    NEVER_ALIASES.map(({ key, reason }) => [code(key), reason]),
  )
}

/** Groups of consecutive aliases with the same source and the same place. */
function groups(aliases: readonly SessionAlias[]): SessionAlias[][] {
  const grouped: SessionAlias[][] = []
  for (const alias of aliases) {
    const last = grouped.at(-1)
    const [first] = last ?? []
    if (last !== undefined && first?.source === alias.source && first?.in === alias.in) last.push(alias)
    else grouped.push([alias])
  }
  return grouped
}

const sourceOf = ([first]: readonly SessionAlias[]) => first?.source ?? ''

function names(group: readonly SessionAlias[]): string {
  const prefix = commonPrefix(group.map(({ key }) => key))
  const rest = group.map(({ key }) => key.slice(prefix.length))
  if (group[0]?.in === 'metadata-json') return `in the JSON of \`metadata\`: ${rest.map(code).join(', ')}`
  return prefix === '' || group.length === 1
    ? group.map(({ key }) => code(key)).join(', ')
    : code(`${prefix}{${rest.join(',')}}`)
}

const code = (text: string) => `\`${text}\``

/** The common prefix of all keys, up to and including a dot. */
function commonPrefix(keys: readonly string[]): string {
  const [first = ''] = keys
  const prefix = first.slice(0, first.lastIndexOf('.') + 1)
  return keys.every((key) => key.startsWith(prefix)) ? prefix : ''
}
