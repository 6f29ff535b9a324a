// Under another name: banners of bundles often import it under its own.
import { createRequire as requireFrom } from 'node:module'

interface RegisterHooks {
  register(options: { readonly include: readonly string[] }): void
}

/**
 * Lets instrumentations change what is imported from now on, as they change what is required: what an ES module imports
 * is out of their reach otherwise. It uses the hook that OpenTelemetry's instrumentations bring, for the modules that they
 * change. Never throws: without the hook, or on a Node that it does not support, imported modules stay as they are.
 *
 * @param modules the names of the modules that are changed, by a file of the package that has the instrumentations
 * @returns the files whose modules are changed when they are imported
 */
export function hookImports(modules: ReadonlyMap<string, readonly string[]>): Set<string> {
  // In code of the command line (`node -e`), the hook of Node 24 cannot load Node's own modules, which ends the process.
  if ((process as { readonly _eval?: string })._eval !== undefined) return new Set()
  const byHook = new Map<string, string[]>()
  for (const file of modules.keys()) {
    const hook = hookOf(file)
    if (hook !== undefined) byHook.set(hook, [...(byHook.get(hook) ?? []), file])
  }
  const hooked = new Set<string>()
  for (const [hook, files] of byHook) {
    try {
      const { register } = requireFrom(hook)(hook) as RegisterHooks
      register({ include: files.flatMap((file) => modules.get(file) ?? []) })
      for (const file of files) hooked.add(file)
    } catch {
      // Of another version, or on a Node that it does not support.
    }
  }
  return hooked
}

/** The file of the hook that a package's instrumentations use; undefined before version 3.3 of it. */
function hookOf(file: string): string | undefined {
  try {
    const instrumentation = requireFrom(file).resolve('@opentelemetry/instrumentation')
    return requireFrom(instrumentation).resolve('import-in-the-middle/register-hooks.mjs')
  } catch {
    return undefined
  }
}
