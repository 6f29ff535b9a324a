import { TOP_FILES } from './expected.mjs'

/** Checks that the tarball contains the code, its types, its maps and their sources, and nothing else. */
export function checkContents({ files, read, resolve }) {
  const problems = []
  const modules = files.filter((file) => /^src\/[\w/-]+\.c?ts$/.test(file) && !/\.test\.ts$/.test(file))
  const expected = new Set([...TOP_FILES, ...modules, ...modules.flatMap(outputsOf)])
  for (const file of expected) if (!files.includes(file)) problems.push(`${file} is missing`)
  for (const file of files) {
    if (!expected.has(file)) problems.push(`${file} should not be inside`)
  }
  for (const file of files.filter((name) => /^dist\/.*\.c?(js|ts)$/.test(name))) {
    problems.push(...mapProblems(file, read(file), read, resolve))
  }
  return problems
}

/** What the compiler writes for a module of ES, or of CommonJS (`.cts`). */
function outputsOf(file) {
  const [, name, kind] = /^src\/(.*)\.(c?)ts$/.exec(file)
  return [`${kind}js`, `${kind}js.map`, `d.${kind}ts`, `d.${kind}ts.map`].map(
    (extension) => `dist/${name}.${extension}`,
  )
}

function mapProblems(file, text, read, resolve) {
  const [, url] = /^\/\/# sourceMappingURL=(.+)$/m.exec(text) ?? []
  if (url === undefined) return [`${file} names no source map`]
  const map = resolve(file, url)
  if (map === undefined) return [`${file} names a source map that is not inside: ${url}`]
  const { sources, sourceRoot = '' } = JSON.parse(read(map))
  if (sources.length === 0) return [`${map} has no source`]
  return sources
    .filter((source) => resolve(map, sourceRoot + source) === undefined)
    .map((source) => `${map} points outside of the package: ${source}`)
}
