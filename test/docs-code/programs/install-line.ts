import { FOLDERS, FRONT_DOOR, packageName } from '../../../scripts/packages/entry-points.mjs'
import type { Fence } from '../fences.ts'

/** What `npm i` installs in the nearest shell block before a line; undefined if there is none. */
export function packagesInstalledBefore(fences: readonly Fence[], line: number): string[] | undefined {
  const shells = fences.filter((fence) => fence.line < line && isShell(fence))
  return shells.map(({ code }) => packagesIn(code)).findLast((packages) => packages.length > 0)
}

/** Whether a block has commands for a terminal. */
export const isShell = ({ language }: Fence): boolean => /^(sh|bash|shell)$/.test(language)

/** The packages of all `npm i` commands of a block, without options. */
function packagesIn(code: string): string[] {
  const lines = code.replaceAll('\\\n', ' ').split('\n')
  const commands = lines.map((text) => /^\s*(?:\$ )?npm (?:i|install) ([^#]*)/.exec(text)?.[1] ?? '')
  return commands.flatMap((words) => words.split(/\s+/)).filter((word) => word !== '' && !/^-/.test(word))
}

/**
 * What npm gets instead: this project's packages as tarballs, with those that they depend on, which may not be on npm.
 *
 * @param tarballs by the package's folder
 */
export function withTarballs(
  packages: readonly string[],
  tarballs: Readonly<Record<string, string>>,
): string[] {
  const ours = new Set<string>()
  const others: string[] = []
  for (const word of packages) {
    const folder = FOLDERS.find((one) => isPackage(word, one))
    if (folder === FRONT_DOOR || /packed\/\*\.tgz$/.test(word)) for (const each of FOLDERS) ours.add(each)
    else if (folder !== undefined) ours.add('semconv').add(folder)
    else others.push(word)
  }
  return [
    ...others,
    ...Object.entries(tarballs).flatMap(([folder, path]) => (ours.has(folder) ? [path] : [])),
  ]
}

/** Whether a word of `npm i` is the package of a folder: its name, with a version or without, or its tarball. */
function isPackage(word: string, folder: string): boolean {
  const name = packageName(folder)
  const tarball = name.replace('@', '').replace('/', '-')
  return (
    word === name || word.startsWith(`${name}@`) || new RegExp(`/${tarball}-\\d[\\w.-]*\\.tgz$`).test(word)
  )
}
