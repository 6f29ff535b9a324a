import type { Fence } from '../fences.ts'

/** What `npm i` installs in the nearest shell block before a line; undefined if there is none. */
export function packagesInstalledBefore(fences: readonly Fence[], line: number): string[] | undefined {
  const shells = fences.filter((fence) => fence.line < line && /^(sh|bash|shell)$/.test(fence.language))
  return shells.map(({ code }) => packagesIn(code)).findLast((packages) => packages.length > 0)
}

/** The packages of all `npm i` commands of a block, without options. */
function packagesIn(code: string): string[] {
  const lines = code.replaceAll('\\\n', ' ').split('\n')
  const commands = lines.map((text) => /^\s*(?:\$ )?npm (?:i|install) ([^#]*)/.exec(text)?.[1] ?? '')
  return commands.flatMap((words) => words.split(/\s+/)).filter((word) => word !== '' && !/^-/.test(word))
}

/** What npm gets instead: this project's packages as tarballs, with those that they depend on. */
export function withTarballs(
  packages: readonly string[],
  tarballs: Readonly<Record<string, string>>,
): string[] {
  const ours = new Set<string>()
  const others: string[] = []
  for (const word of packages) {
    const name =
      /^@otel-sessions\/([\w-]+)/.exec(word)?.[1] ?? /otel-sessions-([a-z]+)-[\d.]+\.tgz$/.exec(word)?.[1]
    if (name !== undefined) ours.add(name)
    else if (/packed\/\*\.tgz$/.test(word)) for (const each of Object.keys(tarballs)) ours.add(each)
    else others.push(word)
  }
  // All of them depend on this one, which may not be on npm.
  if (ours.size > 0) ours.add('semconv')
  return [...others, ...[...ours].map((name) => tarballs[name] ?? `@otel-sessions/${name}`)]
}
