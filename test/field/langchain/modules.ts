/** What every folder's `modules.ts` exports, in its version. */
export type Modules = typeof import('./core-1.4/modules.ts')
