/** A module that is built into Node, Bun or Deno; undefined elsewhere. No import, because browsers bundle this package. */
export function builtinModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return typeof process?.getBuiltinModule === 'function' ? process.getBuiltinModule(name) : undefined
}
