import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome, run } from './command.ts'
import { type Project, root } from './project.ts'

/** The compiler options of all programs in a project. Node's types come from the repository. */
const BASE = {
  target: 'ES2023',
  lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
}

const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' }
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' }

/** The path in the project of a compiled file of the repository. */
export const compiledPath = (path: string): string => join('dist', path.replace(/\.ts$/, '.js'))

/** Type-checks files and their imports, and compiles them to plain JavaScript for every Node version. */
export function compile(project: Project, files: readonly string[]): Promise<Outcome> {
  const options = {
    ...BASE,
    ...NODENEXT,
    rootDir: project.source,
    outDir: join(project.folder, 'dist'),
    rewriteRelativeImportExtensions: true,
    noEmitOnError: true,
  }
  return tsc(project, 'suite', join(root, 'node_modules/typescript'), options, files)
}

/** How an application's build checks types. */
export interface TypeChecker {
  /** The folder of the package `typescript`. */
  readonly compiler: string
  readonly resolution: 'nodenext' | 'bundler'
}

/** Type-checks files as an application's build would. */
export function checkTypes(
  project: Project,
  files: readonly string[],
  { compiler, resolution }: TypeChecker,
  skipLibCheck: boolean,
): Promise<Outcome> {
  const options = {
    ...BASE,
    ...(resolution === 'nodenext' ? NODENEXT : BUNDLER),
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck,
  }
  return tsc(project, 'check', compiler, options, files)
}

async function tsc(
  project: Project,
  name: string,
  compiler: string,
  compilerOptions: object,
  files: readonly string[],
): Promise<Outcome> {
  const config = join(project.folder, `tsconfig.${name}.json`)
  const paths = files.map((file) => join(project.source, file))
  writeFileSync(config, JSON.stringify({ compilerOptions, files: paths }))
  try {
    return await run(process.execPath, [join(compiler, 'bin/tsc'), '-p', config], project.folder)
  } finally {
    rmSync(config)
  }
}
