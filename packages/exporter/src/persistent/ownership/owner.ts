import { randomBytes } from 'node:crypto'
import type { Identity } from './identity.ts'

/** Whose a folder of the journal is, as its name says. */
export type Owner =
  | { readonly kind: 'process'; readonly identity: Identity }
  /** Nobody's: whoever comes first may have it. */
  | { readonly kind: 'free' }
  /** Nobody's, but only a Node that can read zstd has any use for it. */
  | { readonly kind: 'zstd' }

/** A new name for a folder; no two are the same. */
export function nameOf(owner: Owner): string {
  const random = randomBytes(6).toString('hex')
  if (owner.kind !== 'process') return `${owner.kind}.${random}`
  const { host, namespace, pid, start, thread } = owner.identity
  return ['own', host, namespace, pid, start, thread, random].join('.')
}

/** Whose a folder is; undefined for what is not a folder of ours. */
export function ownerOf(name: string): Owner | undefined {
  const free = /^(free|zstd)\.[0-9a-f]{12}$/.exec(name)
  if (free) return { kind: free[1] as 'free' | 'zstd' }
  const own = /^own\.([0-9a-f]+)\.(\d+)\.(\d+)\.(\d*)\.(\d+)\.[0-9a-f]{12}$/.exec(name)
  if (!own) return undefined
  const [, host = '', namespace = '', pid = '', start = '', thread = ''] = own
  return { kind: 'process', identity: { host, namespace, pid: Number(pid), start, thread: Number(thread) } }
}
