export * from './sdk-2.ts'

/** `onEnding` was added in 2.3. */
export const callsOnEnding: boolean = false
