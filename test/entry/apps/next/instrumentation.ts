/** Next calls it once in each of its runtimes. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') await import('./instrumentation-node.ts')
}
