import type { PythonServer } from '../python/install.ts'

const VERSION = '3.17.2'

export const MLFLOW: PythonServer = {
  name: 'MLflow',
  requirement: `mlflow==${VERSION}`,
  version: VERSION,
  megabytes: 850,
}
