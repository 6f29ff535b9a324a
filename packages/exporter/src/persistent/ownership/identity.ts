import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Who a process is, as far as another process can check it. All parts are letters and digits. */
export interface Identity {
  /**
   * Of the machine since its last boot, or of the host where the system does not tell: process IDs and start times mean
   * nothing beyond these, and clocks may differ. Containers on one machine have the same.
   */
  readonly host: string
  /** Of the namespace that the process ID belongs to (containers); '0' where there is none. */
  readonly namespace: string
  readonly pid: number
  /** '' where the system does not tell. */
  readonly start: string
  /** 0 is the process's main thread; a worker thread ends before its process. */
  readonly thread: number
}

/** This process. */
export function identify(): Identity {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? ''
  const host = createHash('sha256')
    .update(boot || hostname())
    .digest('hex')
    .slice(0, 12)
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')) || '0'
  return { host, namespace, pid: process.pid, start: startOf(process.pid) ?? '', thread: threadId }
}

/** See `System.startOf`. */
export function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  // The name of the program stands in brackets, and may contain brackets and spaces itself.
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
