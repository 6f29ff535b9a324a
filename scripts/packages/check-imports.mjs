import ts from '@typescript/typescript6'
import { entryPoints } from './entry-points.mjs'
import { MAY_IMPORT, SDK } from './expected.mjs'

/** Checks the imports of each entry point, of its types and its code, recursively. */
export function checkImports({ manifest, files, read, resolve }) {
  const checked = new Set()
  return entryPoints(manifest).flatMap(({ name, condition, types, code }) => {
    const entry = condition === undefined ? name : `${name} (${condition})`
    const allowed = MAY_IMPORT[entry]
    if (allowed === undefined) return [`${entry}: expected.mjs does not list what it may import`]
    // A declaration that names the SDK ties applications to one of its lines.
    const inTypes = allowed.filter((specifier) => !SDK.includes(specifier))
    const forbidden = (file, list) =>
      importsFrom(file, read, resolve, manifest.imports)
        .filter(({ missing, specifier }) => missing || !isAllowed(specifier, list))
        .map(({ file: importer, specifier }) => `${entry}: ${importer} imports ${specifier}`)
    // Conditions share one file of types. The check of the manifest reports missing files.
    const hasTypes = files.includes(types) && !checked.has(types)
    checked.add(types)
    return [
      ...(hasTypes ? forbidden(types, inTypes) : []),
      ...(files.includes(code) ? forbidden(code, allowed) : []),
    ]
  })
}

const isAllowed = (specifier, allowed) =>
  allowed.some((one) => (one.endsWith('/*') ? specifier.startsWith(one.slice(0, -1)) : specifier === one))

/** The external imports, and the unresolvable ones, of all files that one file reaches. */
function importsFrom(entry, read, resolve, own = {}) {
  const found = []
  const reached = new Set([entry])
  for (const file of reached) {
    const specifiers = specifiersIn(read(file))
    // Of an import of the package itself, all variants count.
    for (const name of specifiers.filter((specifier) => specifier in own)) {
      for (const target of Object.values(own[name])) reached.add(target.slice('./'.length))
    }
    for (const specifier of specifiers.filter((name) => !(name in own))) {
      if (!specifier.startsWith('.')) {
        found.push({ file, specifier })
        continue
      }
      // A declaration file may name the source file beside it; then its declaration file is read.
      const target = /\.d\.c?ts$/.test(file) ? specifier.replace(/(\.d)?\.[jt]s$/, '.d.ts') : specifier
      const next = resolve(file, target)
      if (next === undefined) found.push({ file, specifier, missing: true })
      else reached.add(next)
    }
  }
  return found
}

function specifiersIn(text) {
  const { importedFiles, referencedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true)
  return [...importedFiles, ...referencedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName)
}
