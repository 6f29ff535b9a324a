// TypeScript 7 has no JavaScript API. TypeDoc needs one, so it gets the last TypeScript that has it as a
// dependency of its own; everything else keeps the one that the workspace pins.
const TYPESCRIPT_WITH_API = 'npm:@typescript/typescript6@6.0.2'

module.exports = {
  hooks: {
    readPackage(manifest) {
      if (manifest.name === 'typedoc') {
        delete manifest.peerDependencies.typescript
        manifest.dependencies.typescript = TYPESCRIPT_WITH_API
      }
      return manifest
    },
  },
}
