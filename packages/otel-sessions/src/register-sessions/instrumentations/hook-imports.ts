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
 */
export function hookImports(modules: ReadonlyMap<string, readonly string[]>): void {
  const byHook = new Map<string, string[]>()
  for (const [file, names] of modules) {
    const hook = hookOf(file)
    if (hook !== undefined) byHook.set(hook, [...(byHook.get(hook) ?? []), ...names])
  }
  for (const [hook, include] of byHook) {
    try {
      const { register } = requireFrom(hook)(hook) as RegisterHooks
      register({ include })
    } catch {
      // Of another version, or on a Node that it does not support.
    }
  }
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
