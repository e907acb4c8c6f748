/** Longer than any event can be: etcd takes 1.5 MB an object by default. Protects the process from a server gone mad. */
const longestLine = 256 * 1024 * 1024;

/**
 * Splits bytes into lines, however they are cut, in time that is linear in their number.
 *
 * It looks for the newline in the bytes, where no part of a multi-byte character can be mistaken for one, and decodes
 * whole lines only. Empty lines are left out; so is an unfinished last one, which is half an event.
 */
export class LineSplitter {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** The lines that the chunk completes. Throws a `RangeError` if a line has no end. */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      const line = this.#take(chunk.subarray(start, end));
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Bytes of a line that has not ended yet. */
  get pending(): number {
    return this.#length;
  }

  #take(rest: Uint8Array): string {
    if (this.#length === 0) return decode(rest);
    this.#pieces.push(rest);
    const line = decode(Buffer.concat(this.#pieces, this.#length + rest.length));
    this.#pieces = [];
    this.#length = 0;
    return line;
  }

  #keep(rest: Uint8Array): void {
    this.#pieces.push(rest);
    this.#length += rest.length;
    if (this.#length > longestLine) throw new RangeError(`a line of more than ${longestLine} bytes`);
  }
}

const newline = 0x0a;

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
