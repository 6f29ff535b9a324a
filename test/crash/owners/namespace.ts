import { spawnSync } from 'node:child_process'

const UNSHARE = ['unshare', '--user', '--map-current-user', '--pid', '--fork', '--mount-proc'] as const

/** What starts a program in a PID namespace of its own, as in another container; or why that cannot be had. */
export function otherNamespace(): readonly string[] | string {
  if (process.platform !== 'linux') return 'only Linux has PID namespaces'
  const { error, status, stderr } = spawnSync(UNSHARE[0], [...UNSHARE.slice(1), 'true'], { encoding: 'utf8' })
  if (error !== undefined) return String(error)
  return status === 0 ? UNSHARE : stderr.trim()
}
