import { readFile } from 'node:fs/promises';

/** Whom we trust and what we show in the TLS handshake; PEM. */
export interface TlsIdentity {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** The name the server's certificate must carry, where it is not the one in the URL. */
  readonly serverName?: string;
  /** Do not check the server's certificate. */
  readonly insecure: boolean;
}

export interface Identity {
  readonly tls: TlsIdentity;
  /** The `authorization` header. */
  readonly authorization?: string;
}

/** Who we are to the API server, followed as tokens and certificates rotate. */
export interface Credentials {
  /** As of now. Rejects if it cannot be had and never could. */
  current(): Promise<Identity>;
  /** The server refused what `current` gave: read again before the next answer. */
  expire(): void;
}

/** Where a piece of the identity comes from. */
export type Source = { readonly inline: string } | { readonly file: string };

export interface FileCredentialsOptions {
  readonly ca?: Source | undefined;
  readonly certificate?: Source | undefined;
  readonly key?: Source | undefined;
  readonly token?: Source | undefined;
  /** `user:password`, for servers of old. */
  readonly basic?: string | undefined;
  readonly serverName?: string | undefined;
  readonly insecure?: boolean;
  /** Milliseconds after which files are read again. Default 30,000: kubelets renew a token when a fifth of its life is left. */
  readonly maxAge?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Credentials of files and of values written into the kubeconfig. A file that is unreadable for a moment keeps its last content. */
export class FileCredentials implements Credentials {
  readonly #options: FileCredentialsOptions;
  readonly #last = new Map<string, string>();
  readonly #now: () => number;
  #identity: Promise<Identity> | undefined;
  #readAt = 0;

  constructor(options: FileCredentialsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  current(): Promise<Identity> {
    const { maxAge = 30_000 } = this.#options;
    if (this.#identity === undefined || this.#now() - this.#readAt >= maxAge) {
      this.#readAt = this.#now();
      this.#identity = this.#read();
      // A failure is not kept: the next caller tries again.
      this.#identity.catch(() => this.expire());
    }
    return this.#identity;
  }

  expire(): void {
    this.#identity = undefined;
  }

  async #read(): Promise<Identity> {
    const { ca, certificate, key, token, basic, serverName, insecure = false } = this.#options;
    const [caText, certificateText, keyText, tokenText] = await Promise.all([
      this.#text(ca),
      this.#text(certificate),
      this.#text(key),
      this.#text(token),
    ]);
    const authorization =
      tokenText !== undefined
        ? `Bearer ${tokenText.trim()}`
        : basic !== undefined
          ? `Basic ${Buffer.from(basic).toString('base64')}`
          : undefined;
    return {
      tls: {
        insecure,
        ...(caText === undefined ? undefined : { ca: caText }),
        ...(certificateText === undefined ? undefined : { certificate: certificateText }),
        ...(keyText === undefined ? undefined : { key: keyText }),
        ...(serverName === undefined ? undefined : { serverName }),
      },
      ...(authorization === undefined ? undefined : { authorization }),
    };
  }

  async #text(source: Source | undefined): Promise<string | undefined> {
    if (source === undefined) return undefined;
    if ('inline' in source) return source.inline;
    try {
      const text = await readFile(source.file, 'utf8');
      this.#last.set(source.file, text);
      return text;
    } catch (error) {
      const last = this.#last.get(source.file);
      if (last !== undefined) return last;
      throw error;
    }
  }
}
