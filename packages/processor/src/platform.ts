// What the platform has. Nothing is imported and no name is assumed, because browsers bundle this package.
interface Process {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly getBuiltinModule?: (name: string) => unknown
}

const platform = globalThis as { readonly process?: Process }

/** A module that is built into Node, Bun or Deno; undefined elsewhere. */
export function builtinModule(name: string): unknown {
  const { process } = platform
  return typeof process?.getBuiltinModule === 'function' ? process.getBuiltinModule(name) : undefined
}

/** An environment variable. Browsers and workers have no `process`, and Deno may deny access. */
export function environmentVariable(name: string): string | undefined {
  try {
    return platform.process?.env?.[name]
  } catch {
    return undefined
  }
}
