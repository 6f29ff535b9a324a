import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The name of the source of a module in the `dist` of a package; undefined for any other script. */
export function ofOurs(root) {
  const packages = pathToFileURL(join(root, 'packages/')).href
  return (url) => {
    if (!url.startsWith(packages)) return undefined
    const [, name, module] = /^([^/]+)\/dist\/(.+)\.js$/.exec(url.slice(packages.length)) ?? []
    return name && `packages/${name}/src/${module}.ts`
  }
}

/** The name of a file of an OpenTelemetry package; undefined for any other script. */
export const ofOpenTelemetry = (url) => /.*\/node_modules\/(@opentelemetry\/.+)$/.exec(url)?.[1]

/** The files that have a name and functions that were called, in the order of their names. */
export function filesOf(scripts, nameOf) {
  return scripts
    .map(({ url, functions }) => ({ file: nameOf(url), functions: functions.filter(isCalled).map(label) }))
    .filter(({ file, functions }) => file !== undefined && functions.length > 0)
    .sort((one, other) => (one.file < other.file ? -1 : 1))
}

function isCalled({ functionName, ranges: [{ startOffset, count }] }) {
  const isTopLevel = functionName === '' && startOffset === 0
  return count > 0 && !isTopLevel
}

const label = ({ functionName }) => functionName || '(anonymous)'
