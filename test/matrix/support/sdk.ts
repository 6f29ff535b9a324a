// The SDK that the suite runs on. The matrix puts the adapter of another line in this one's place.
export * from '../adapters/sdk-2.ts'
