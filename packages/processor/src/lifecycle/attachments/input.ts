/** What `attach` takes: data that is here, a file of this machine, or an address. */
export type AttachmentInput = AttachedData | AttachedFile | AttachedUrl

/** A Blob or File of the platform, by what is used of it. */
export interface BlobLike {
  /** In bytes. */
  readonly size: number
  /** Its media type; empty where it has none. */
  readonly type: string
  /** All of it. */
  arrayBuffer(): Promise<ArrayBuffer>
}

/** Data that is here. */
export interface AttachedData {
  /**
   * Leave bytes as they are until `attach` has resolved: of what does not travel inline there is no copy. A Blob of
   * more than 64 MiB is not loaded: its name, type and size travel alone.
   */
  readonly data: string | Uint8Array | ArrayBuffer | BlobLike
  /** A name for people, of 1 to 255 characters; of a `File` its own, if none is given. */
  readonly name?: string | undefined
  /** Media type. @default of a Blob its own, of a string `text/plain`, else `application/octet-stream` */
  readonly type?: string | undefined
  /** One of the three at a time. */
  readonly file?: undefined
  /** One of the three at a time. */
  readonly url?: undefined
}

/**
 * A file of this machine; needs Node, Bun or Deno. It is read piece by piece: of more than 64 MiB only the hash is
 * made, of more than 1 GiB not even that. What is no regular file is left out.
 */
export interface AttachedFile {
  /** Its path. Which files may be attached is for the application to say: it is read as it is. */
  readonly file: string
  /** @default the last part of the path */
  readonly name?: string | undefined
  /** Media type. @default 'application/octet-stream' */
  readonly type?: string | undefined
  /** One of the three at a time. */
  readonly data?: undefined
  /** One of the three at a time. */
  readonly url?: undefined
}

/** What has an address, such as a `URL`. */
export interface AddressLike {
  /** The address. */
  readonly href: string
}

/** What lies elsewhere; it is not fetched. */
export interface AttachedUrl {
  /**
   * An absolute URL of at most 8192 characters: http, https, s3 or gs, without a user or a password. Any other is
   * left out. A `data:` URL of at most 2,097,152 characters is data, under the limit of data. What is secret in its query travels with it.
   */
  readonly url: string | AddressLike
  /** A name for people, of 1 to 255 characters. */
  readonly name?: string | undefined
  /** Media type, where it is known. */
  readonly type?: string | undefined
  /** In bytes, where it is known. */
  readonly size?: number | undefined
  /** SHA-256 as 64 hexadecimal digits, where it is known. */
  readonly sha256?: string | undefined
  /** One of the three at a time. */
  readonly data?: undefined
  /** One of the three at a time. */
  readonly file?: undefined
}
