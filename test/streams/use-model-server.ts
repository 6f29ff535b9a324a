import { afterAll, beforeAll } from 'vitest'
import { modelURL, startModelServer, stopModelServer } from './table/model-server.ts'

export { observedFetch } from './table/model-server.ts'

/** Starts the model for a test file, and stops it; `baseURL` is there when the tests run. */
export function useModelServer(): { readonly baseURL: string } {
  beforeAll(startModelServer)
  afterAll(stopModelServer)
  return {
    get baseURL() {
      return modelURL()
    },
  }
}
