export * from './sdk-2.ts'

/** It came with 2.3. */
export const callsOnEnding: boolean = false
