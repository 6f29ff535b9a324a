import { installPeers } from '../../peers/load.ts'

/** Vitest calls this once, before all tests. */
export default installPeers
