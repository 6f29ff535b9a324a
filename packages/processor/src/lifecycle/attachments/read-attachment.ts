import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { type Data, readData, readDataUrl } from './content.ts'
import { fileSystem, readFile, reportNoHash, sha256 } from './file.ts'
import { checkUrl, hrefOf, nameOf, sha256Of, sizeOf, typeOf } from './input.ts'
import type { AttachmentSettings } from './options.ts'

/** The size in bytes above which a file or a Blob is not loaded. */
export const LOAD_MAX = 64 * 2 ** 20

/** An attachment that was read: its fields, and its URL or mostly its bytes. */
export interface ReadAttachment {
  readonly name: string | undefined
  readonly type: string | undefined
  readonly size: number | undefined
  readonly sha256: string | undefined
  readonly url?: string
  readonly bytes?: Uint8Array | undefined
}

interface Unchecked {
  readonly data?: unknown
  readonly file?: unknown
  readonly url?: unknown
  readonly name?: unknown
  readonly type?: unknown
  readonly size?: unknown
  readonly sha256?: unknown
}

const UNKNOWN_TYPE = 'application/octet-stream'

/** Reads an attachment; undefined where it is rejected, which is counted. May throw. */
export async function readAttachment(
  input: unknown,
  settings: AttachmentSettings,
): Promise<ReadAttachment | undefined> {
  if (typeof input !== 'object' || input === null) {
    return reject(`it is ${kindOf(input)}, not an object with data, file or url`)
  }
  const given = input as Unchecked
  if (given.data !== undefined) return fromData(given, readData(given.data, LOAD_MAX), settings)
  if (given.file !== undefined) return fromFile(given, settings)
  if (given.url !== undefined) return fromUrl(given, settings)
  return reject('it has no data, file or url')
}

function reject(why: string): undefined {
  report('attachment:rejected', () => `an attachment is left out: ${why}`)
}

async function fromData(
  given: Unchecked,
  reading: Data | Promise<Data>,
  settings: AttachmentSettings,
): Promise<ReadAttachment> {
  const data = reading instanceof Promise ? await reading : reading
  // Small content is copied: the application may change it before the hash is ready.
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

async function fromFile(given: Unchecked, settings: AttachmentSettings): Promise<ReadAttachment | undefined> {
  const { file } = given
  if (typeof file !== 'string' || file === '') return reject(`its file is ${kindOf(file)}, not a path`)
  const files = fileSystem()
  if (files === undefined) return reject('files are read on Node, Bun and Deno only; give data')
  const keep = settings.upload === undefined ? settings.maxInlineBytes : LOAD_MAX
  const read = await readFile(files, file, keep)
  const name = nameOf(given.name) ?? nameOf(file.split(/[/\\]/).findLast((part) => part !== ''))
  return { ...read, name, type: typeOf(given.type) ?? UNKNOWN_TYPE }
}

async function fromUrl(given: Unchecked, settings: AttachmentSettings): Promise<ReadAttachment | undefined> {
  const href = hrefOf(given.url)
  // A data: URL is data, and the limits of data apply.
  if (typeof href === 'string' && /^data:/i.test(href)) return fromData(given, readDataUrl(href), settings)
  const checked = checkUrl(href)
  if ('problem' in checked) return reject(`its url is not valid, ${checked.problem}`)
  const [name, type] = [nameOf(given.name), typeOf(given.type)]
  return { name, type, size: sizeOf(given.size), sha256: sha256Of(given.sha256), url: checked.url }
}
