/**
 * One import for applications on platforms that are not Node, such as workers, edge runtimes and browsers: what the entry
 * point has on Node, without what needs it.
 *
 * @module
 */
export * from './exports.ts'
