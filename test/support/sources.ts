import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import type { ViteUserConfig } from 'vitest/config'

const packages = new URL('../../packages/', import.meta.url)

/**
 * Vitest's configuration for tests of the sources: an import of a package loads its source, so that coverage is that
 * of the sources. A program that a test starts as a process still loads `dist`, so the packages are built first.
 */
export const testSources = {
  resolve: { alias: sourceAliases() },
  plugins: [
    {
      name: 'accessor-fields',
      enforce: 'pre',
      // Vite's compiler leaves `accessor` as it is, and Node cannot read it.
      async transform(code, file) {
        if (!file.endsWith('.ts') || !/^ +accessor /m.test(code)) return undefined
        return transform(code, { loader: 'ts', target: 'es2023', sourcemap: 'external', sourcefile: file })
      },
    },
  ],
} satisfies ViteUserConfig

type Conditions = string | { readonly default: string }
type Target = string | { readonly node?: Conditions; readonly default: Conditions }

/** Every entry point in the `exports` and `imports` of the packages, as an alias for its source, as Node has it. */
function sourceAliases(): { find: RegExp; replacement: string }[] {
  return readdirSync(packages).flatMap((folder) => {
    const {
      name,
      exports,
      imports = {},
    } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, packages), 'utf8'))
    const paths = Object.entries<Target>(exports).map(
      ([path, target]) => [name + path.slice(1), target] as const,
    )
    return [...paths, ...Object.entries<Target>(imports)].flatMap(([path, target]) => {
      if (typeof target === 'string') return []
      const { node = target.default } = target
      const file = typeof node === 'string' ? node : node.default
      const source = file.replace('./dist/', `${folder}/src/`).replace(/\.js$/, '.ts')
      return { find: new RegExp(`^${path}$`), replacement: fileURLToPath(new URL(source, packages)) }
    })
  })
}
