/** Whether this is `pnpm test:deep`, which runs the files listed in `files.ts`; otherwise it is `pnpm test`. */
export const isDeep = process.env['TEST_DEEP'] === '1'

/** How often a random property is tried: `deep` times in `pnpm test:deep`, a tenth of that in `pnpm test`, but 20 times. */
export function runs(deep: number): number {
  return isDeep ? deep : Math.min(deep, Math.max(20, Math.ceil(deep / 10)))
}
