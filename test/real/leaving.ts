/** Clean-up of resources that must not outlive this process: children, temporary folders. */

const tasks = new Set<() => void>()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
process.once('exit', () => {
  for (const task of tasks) task()
})

/**
 * Runs the task when the process exits, in any way, unless it ran before.
 *
 * @returns a function that runs it now
 */
export function onLeaving(task: () => void): () => void {
  tasks.add(task)
  return () => {
    if (tasks.delete(task)) task()
  }
}
