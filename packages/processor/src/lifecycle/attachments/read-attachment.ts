import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { checkAddress, hrefOf, nameOf, sha256Of, sizeOf, typeOf } from './check-fields.ts'
import { type Data, readData, readDataUrl } from './content.ts'
import { fileSystem, readFile } from './file.ts'
import { reportNoHash, sha256 } from './hash.ts'
import type { AttachmentSettings } from './options.ts'

/** A file or a Blob that is larger, in bytes, is not loaded. */
export const LOAD_MAX = 64 * 2 ** 20

/** What there is to say of an attachment. Of what lies elsewhere there is an address, else mostly bytes. */
export interface AttachmentSource {
  readonly name: string | undefined
  readonly type: string | undefined
  readonly size: number | undefined
  readonly sha256: string | undefined
  readonly url?: string
  readonly bytes?: Uint8Array | undefined
}

interface Named {
  readonly data?: unknown
  readonly file?: unknown
  readonly url?: unknown
  readonly name?: unknown
  readonly type?: unknown
  readonly size?: unknown
  readonly sha256?: unknown
}

const UNKNOWN_TYPE = 'application/octet-stream'

/** Reads what was attached; undefined: there is nothing to send, which is counted. May throw. */
export async function readSource(
  input: unknown,
  settings: AttachmentSettings,
): Promise<AttachmentSource | undefined> {
  if (typeof input !== 'object' || input === null) {
    refuse(`it is ${kindOf(input)}, not an object with data, a file or a url`)
    return undefined
  }
  const given = input as Named
  if (given.data !== undefined) return ofData(given, readData(given.data, LOAD_MAX), settings)
  if (given.file !== undefined) return ofFile(given, settings)
  if (given.url !== undefined) return ofUrl(given, settings)
  refuse('it has no data, no file and no url')
  return undefined
}

function refuse(why: string): void {
  report('attachment:refused', () => `an attachment is left out: ${why}`)
}

async function ofData(
  given: Named,
  reading: Data | Promise<Data>,
  settings: AttachmentSettings,
): Promise<AttachmentSource> {
  const data = reading instanceof Promise ? await reading : reading
  // A copy of what is small: the application may write to it before the hash is ready.
  const bytes = data.size <= settings.maxInlineBytes ? data.bytes?.slice() : data.bytes
  const name = nameOf(given.name) ?? nameOf(data.name)
  const type = typeOf(given.type) ?? typeOf(data.type) ?? UNKNOWN_TYPE
  return { name, type, size: data.size, sha256: await hashOf(bytes), bytes }
}

async function hashOf(bytes: Uint8Array | undefined): Promise<string | undefined> {
  if (bytes !== undefined) return sha256(bytes)
  reportNoHash(`a Blob of more than ${LOAD_MAX} bytes is not loaded`)
  return undefined
}

async function ofFile(given: Named, settings: AttachmentSettings): Promise<AttachmentSource | undefined> {
  const { file } = given
  if (typeof file !== 'string' || file === '') {
    refuse(`its file is ${kindOf(file)}, not a path`)
    return undefined
  }
  const files = fileSystem()
  if (files === undefined) {
    refuse('files are read on Node, Bun and Deno only; give data')
    return undefined
  }
  const keep = settings.upload === undefined ? settings.maxInlineBytes : LOAD_MAX
  const read = await readFile(files, file, keep)
  const name = nameOf(given.name) ?? nameOf(file.split(/[/\\]/).findLast((part) => part !== ''))
  return { ...read, name, type: typeOf(given.type) ?? UNKNOWN_TYPE }
}

async function ofUrl(given: Named, settings: AttachmentSettings): Promise<AttachmentSource | undefined> {
  const href = hrefOf(given.url)
  // Data under the name of an address: the same limit holds for it.
  if (typeof href === 'string' && /^data:/i.test(href)) return ofData(given, readDataUrl(href), settings)
  const address = checkAddress(href)
  if ('problem' in address) {
    refuse(`its url is no address that may travel, ${address.problem}`)
    return undefined
  }
  const [name, type] = [nameOf(given.name), typeOf(given.type)]
  return { name, type, size: sizeOf(given.size), sha256: sha256Of(given.sha256), url: address.url }
}
