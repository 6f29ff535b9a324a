// `#report-copies` in package.json, on Node, Bun and Deno, and in a bundle for them.
import { VERSION } from '../version.ts'
import type { ProblemLog } from './problem-log.ts'
import { processState } from './process-state.ts'

/**
 * Reports that a package is loaded more than once. Called once by each copy, when it is loaded. A development server loads
 * the same copy again and again: only the second copy and another version are news.
 */
export function reportCopies(namespace: string, log: ProblemLog<'packages:two-copies'>): void {
  const shared = processState()
  const before = shared.copies.get(namespace) ?? []
  if (before.length > 1 && before.includes(VERSION)) return
  const versions = [...before, VERSION]
  shared.copies.set(namespace, versions)
  if (versions.length === 1) return
  log.report('packages:two-copies', () => {
    return `${versions.length} copies of it are loaded (${versions.join(', ')}). Load one: see "npm ls ${namespace}", in Next.js serverExternalPackages`
  })
}
