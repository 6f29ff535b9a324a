/** The families: a file each in a workspace, beside the workspace's `opentelemetry.ts`. */
import { existsSync, readdirSync } from 'node:fs'

const WORKSPACES = new URL('../workspaces/', import.meta.url)

/** The program of a family. */
export interface FamilyFile {
  /** The name of the family, and of its file without `.ts`. */
  readonly name: string
  readonly workspace: string
}

/** The folder of a workspace. */
export const workspaceFolder = (workspace: string): URL => new URL(`${workspace}/`, WORKSPACES)

/** All families, sorted by workspace, then by name. */
export function listFamilies(): FamilyFile[] {
  return readdirSync(WORKSPACES)
    .sort()
    .filter((workspace) => existsSync(new URL('package.json', workspaceFolder(workspace))))
    .flatMap((workspace) =>
      readdirSync(workspaceFolder(workspace))
        .filter((file) => file.endsWith('.ts') && file !== 'opentelemetry.ts')
        .sort()
        .map((file) => ({ name: file.slice(0, -'.ts'.length), workspace })),
    )
}

/**
 * Chooses by names: each is a workspace, or else a part of a family's name. No names choose all.
 *
 * @throws Error if a name chooses none
 */
export function chooseFamilies(all: readonly FamilyFile[], names: readonly string[]): readonly FamilyFile[] {
  if (names.length === 0) return all
  const chosen = new Set(
    names.flatMap((name) => {
      const ofWorkspace = all.filter(({ workspace }) => workspace === name)
      const found = ofWorkspace.length > 0 ? ofWorkspace : all.filter((family) => family.name.includes(name))
      if (found.length > 0) return found
      throw new Error(
        `no family is called "${name}"; there are ${all.map((family) => family.name).join(', ')}`,
      )
    }),
  )
  return all.filter((family) => chosen.has(family))
}
