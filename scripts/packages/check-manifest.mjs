import { isDeepStrictEqual } from 'node:util'
import { entryPoints, packageName } from './entry-points.mjs'
import { DEPENDENCIES, HOME } from './expected.mjs'

/** Checks that package.json has what npm, provenance and an installation need, and installs nothing else. */
export function checkManifest(folder, { manifest, files, read }) {
  const { own, others, peers, sideEffects = false } = DEPENDENCIES[folder]
  const pinned = Object.fromEntries(own.map((name) => [name, manifest.version]))
  const expected = {
    name: packageName(folder),
    license: 'Apache-2.0',
    author: 'otel-sessions contributors',
    type: 'module',
    sideEffects,
    homepage: `${HOME}/tree/main/packages/${folder}#readme`,
    bugs: { url: `${HOME}/issues` },
    // npm rejects a provenance statement with another repository.
    repository: { type: 'git', url: `git+${HOME}.git`, directory: `packages/${folder}` },
    publishConfig: { access: 'public', provenance: true },
    engines: { node: '^20.19.0 || >=22.12.0' },
    dependencies: { ...others, ...pinned },
    peerDependencies: peers,
    peerDependenciesMeta: {},
    optionalDependencies: {},
    bundleDependencies: {},
    scripts: {},
  }
  const problems = Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(manifest[field] ?? {}, value))
    .map(([field, value]) => `${field} is ${JSON.stringify(manifest[field])}, not ${JSON.stringify(value)}`)
  if (read('package.json').includes('workspace:')) problems.push('package.json still contains workspace:')
  for (const field of ['description', 'keywords']) if (!manifest[field]?.length) problems.push(`no ${field}`)
  return [...problems, ...exportsProblems(manifest, files), ...linkProblems(read('README.md'))]
}

function exportsProblems(manifest, files) {
  const problems = entryPoints(manifest).flatMap(({ name, types, code }) =>
    [types, code].filter((file) => !files.includes(file)).map((file) => `${name}: no file ${file}`),
  )
  if (manifest.exports['./package.json'] !== './package.json') problems.push('package.json is not exported')
  const [first] = entryPoints(manifest)
  if (manifest.types !== `./${first.types}`) problems.push(`types is ${manifest.types}`)
  return problems
}

/** npm shows the README outside the repository, where relative links are broken. */
function linkProblems(readme) {
  const links = [...readme.matchAll(/\]\(([^)]*)\)/g)].map(([, link]) => link)
  if (!links.some((link) => link.startsWith(HOME))) return ['README.md does not link to the repository']
  return links
    .filter((link) => !link.startsWith('https://'))
    .map((link) => `README.md links to ${link}, which is nowhere on npm`)
}
