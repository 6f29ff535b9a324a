/** The folders of the published packages, each after those that it depends on. */
export const FOLDERS = ['semconv', 'processor', 'exporter', 'analytics', 'otel-sessions']

/** The package that applications install; its name is its folder, without a scope. */
export const FRONT_DOOR = 'otel-sessions'

/** The name on npm of the package in a folder. */
export const packageName = (folder) => (folder === FRONT_DOOR ? folder : `@otel-sessions/${folder}`)

/** Whether only the packages of this repository may import it: they pin each other's version, so it may change at any time. */
export const isInternal = (name) => name.endsWith('/internal')

/**
 * The entry points of a manifest: the name that an application imports, the condition under which Node or a bundler uses
 * this code, if there are several, and the paths of the types and the code in the package.
 *
 * @returns {{ name: string, condition: string | undefined, types: string | undefined, code: string | undefined }[]}
 */
export function entryPoints({ name, exports }) {
  return Object.entries(exports)
    .filter(([path]) => path !== './package.json')
    .flatMap(([path, { types, ...conditions }]) =>
      Object.entries(conditions).map(([condition, code], _, all) => ({
        name: name + path.slice(1),
        condition: all.length > 1 ? condition : undefined,
        types: types?.replace(/^\.\//, ''),
        code: code.replace(/^\.\//, ''),
      })),
    )
}
