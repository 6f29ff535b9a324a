// The SDK of the suite. The matrix replaces this file with the adapter of another line.
export * from '../adapters/sdk-2.ts'
