/** What `attach` takes: data that is here, a file of this machine, or an address. */
export type AttachmentInput = AttachedData | AttachedFile | AttachedUrl

/** A Blob or File of the platform, by what is used of it. */
export interface BlobLike {
  readonly size: number
  readonly type: string
  arrayBuffer(): Promise<ArrayBuffer>
}

/** Data that is here. */
export interface AttachedData {
  readonly data: string | Uint8Array | ArrayBuffer | BlobLike
  /** A name for people; of a `File` its own, if none is given. */
  readonly name?: string | undefined
  /** Media type. @default of a Blob its own, of a string `text/plain`, else `application/octet-stream` */
  readonly type?: string | undefined
}

/** A file of this machine; needs Node, Bun or Deno. */
export interface AttachedFile {
  /** Its path. Which files may be attached is for the application to say: it is read as it is. */
  readonly file: string
  /** @default the last part of the path */
  readonly name?: string | undefined
  /** Media type. @default 'application/octet-stream' */
  readonly type?: string | undefined
}

/** What lies elsewhere; it is not fetched. */
export interface AttachedUrl {
  readonly url: string | { readonly href: string }
  readonly name?: string | undefined
  readonly type?: string | undefined
  /** In bytes, where it is known. */
  readonly size?: number | undefined
  /** SHA-256 as 64 hexadecimal digits, where it is known. */
  readonly sha256?: string | undefined
}
