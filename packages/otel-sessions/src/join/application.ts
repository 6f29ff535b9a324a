import { existsSync, readFileSync, realpathSync } from 'node:fs'
// Under another name: banners of bundles often import it under its own.
import { createRequire as requireFrom } from 'node:module'
import { dirname, join } from 'node:path'

/** What is known of the application before it runs. */
export interface Application {
  /** Packages that register OpenTelemetry and that the application declares, or loads before its main script. */
  readonly otherSdks: readonly string[]
  /** The versions of `@opentelemetry/api` that the application and these packages find; one in a good installation. */
  readonly apiVersions: readonly string[]
}

const API = '@opentelemetry/api'

/** Packages whose users have a provider of their own: SDKs, and the distributions of vendors. */
const SDK = new RegExp(
  `^(${[
    '@opentelemetry/sdk-(node|trace|trace-base|trace-node)',
    '@vercel/otel',
    '@sentry/(node|node-core|opentelemetry|nextjs|nestjs|remix|astro|sveltekit|nuxt|solidstart|react-router|tanstackstart-react|bun|aws-serverless|google-cloud-serverless)',
    '@traceloop/node-server-sdk',
    '@arizeai/phoenix-otel',
    '@azure/monitor-opentelemetry',
    '@aws/aws-distro-opentelemetry-node-autoinstrumentation',
    '@elastic/opentelemetry-node',
    '@honeycombio/opentelemetry-node',
    '@splunk/otel',
    '@pydantic/logfire-node',
    'dd-trace',
  ].join('|')})$`,
)

/** A package that registers OpenTelemetry if it is loaded before the main script; otherwise it only has instrumentations. */
const LOADED_BEFORE = /^@opentelemetry\/auto-instrumentations-node(\/|$)/

const OWN = /\botel-sessions\/register$/

/** The part of the process that is read. */
export interface Process {
  readonly argv: readonly string[]
  readonly execArgv: readonly string[]
  readonly env: { readonly NODE_OPTIONS?: string | undefined }
  cwd(): string
}

/**
 * Reads what the application declares, and how its process was started. Never throws.
 *
 * @param ownApiVersion the version of the API that this package finds
 */
export function readApplication(ownApiVersion: string | undefined, started: Process = process): Application {
  const folders = foldersOf(started)
  const declared = new Set(folders.flatMap(dependenciesOf).filter((name) => SDK.test(name)))
  const loaded = loadedBefore(started).filter((name) => LOADED_BEFORE.test(name) || SDK.test(packageOf(name)))
  const otherSdks = [...new Set([...declared, ...loaded.map(packageOf)])]
  const users = folders.flatMap((folder) => [folder, ...otherSdks.map((name) => folderOf(name, folder))])
  const versions = users.map((user) => versionOf(user && folderOf(API, user)))
  return {
    otherSdks,
    apiVersions: [...new Set([ownApiVersion, ...versions])].filter((each) => each !== undefined),
  }
}

/** The version of `@opentelemetry/api` that a file in a folder finds. */
export const apiVersionIn = (folder: string): string | undefined => versionOf(folderOf(API, folder))

/** What `--import`, `--require` and `-r` name, in `NODE_OPTIONS`, which come first, and on the command line. */
export function loadedBefore({ execArgv, env }: Process = process): string[] {
  const words = [...(env.NODE_OPTIONS ?? '').split(/\s+/), ...execArgv]
  return words.flatMap((word, index) => {
    const [, flag, value] = /^(--import|--require|-r)(?:=(.*))?$/.exec(word) ?? []
    const name = flag === undefined ? undefined : (value ?? words[index + 1])
    return name ? [name.replaceAll(/^["']|["']$/g, '')] : []
  })
}

/** Whether files of the application are loaded before this package, by the same flags. */
export function loadsOwnFiles(started: Process = process): boolean {
  const names = loadedBefore(started)
  const own = names.findIndex((name) => OWN.test(name))
  const isKnown = (name: string) => LOADED_BEFORE.test(name) || SDK.test(packageOf(name))
  return !names.slice(0, own < 0 ? names.length : own).every(isKnown)
}

/** Where the main script is, which may be a tool's such as `next start`, and where it was started. */
function foldersOf({ argv, cwd }: Process): string[] {
  const script = argv[1] === undefined ? [] : [dirname(argv[1])]
  try {
    return [...script, cwd()]
  } catch {
    // The working directory was deleted.
    return script
  }
}

const packageOf = (specifier: string): string => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

/** The dependencies in the nearest `package.json` that has any. */
function dependenciesOf(folder: string): string[] {
  for (let at = folder; ; at = dirname(at)) {
    const { dependencies, optionalDependencies } = readManifest(at)
    const names = Object.keys({ ...dependencies, ...optionalDependencies })
    if (names.length > 0 || at === dirname(at)) return names
  }
}

/** The folder of a package as a file in another folder finds it, whatever the package's `exports` are. */
function folderOf(name: string, from: string): string | undefined {
  try {
    const folders = requireFrom(join(from, 'x.js')).resolve.paths(name) ?? []
    const found = folders
      .map((each) => join(each, name))
      .find((each) => existsSync(join(each, 'package.json')))
    return found && realpathSync(found)
  } catch {
    return undefined
  }
}

const versionOf = (folder: string | undefined): string | undefined => folder && readManifest(folder).version

interface Manifest {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) ?? {}
  } catch {
    return {}
  }
}
