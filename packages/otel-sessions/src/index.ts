/**
 * One install and one import for applications: sessions on every span, delivered, with one line for each framework.
 *
 * @module
 */
export * from './exports.ts'
