// Begins the set-up of the environment variable PRELOADED, before the main script: `node --require`.
const { setups } = require('./setups.cjs')

const { packages, start } = setups[process.env.PRELOADED]
globalThis.preloaded = start({ packages: packages.map((name) => require(name)) })
