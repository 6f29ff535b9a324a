import type { PythonServer } from '../python/install.ts'

const VERSION = '20.26.1'

export const PHOENIX: PythonServer = {
  name: 'Phoenix',
  requirement: `arize-phoenix==${VERSION}`,
  version: VERSION,
  megabytes: 900,
}
