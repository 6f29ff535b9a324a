import { installPeers } from '../../peers/load.ts'

/** Called by vitest once, before all tests. */
export default installPeers
