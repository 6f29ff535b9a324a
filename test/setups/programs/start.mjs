// Begins the set-up of the environment variable PRELOADED, before the main script: `node --import`.
import { setups } from './setups.cjs'

const { packages, start } = setups[process.env.PRELOADED]
globalThis.preloaded = start({ packages: await Promise.all(packages.map((name) => import(name))) })
