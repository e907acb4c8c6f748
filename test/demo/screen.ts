import { cursorTo, moveCursor } from 'node:readline';

/** A terminal, or a file or pipe in its place: `process.stdout` is both. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Lines one below the other, and beneath them, on a terminal, a picture that is drawn anew in its place. */
export class Screen {
  readonly #output: Output;
  #picture: readonly string[] = [];

  constructor(output: Output = process.stdout) {
    this.#output = output;
  }

  /** Whether pictures can be drawn. */
  get draws(): boolean {
    return this.#output.isTTY === true;
  }

  /** Characters in a line of a picture: one that breaks over two could not be taken back. */
  get columns(): number {
    return (this.#output.columns ?? 80) - 1;
  }

  line(text: string): void {
    const picture = this.#picture;
    this.#erase();
    this.#output.write(`${text}\n`);
    this.#draw(picture);
  }

  /** In place of the picture before, if there was one. */
  show(picture: readonly string[]): void {
    if (!this.draws) return;
    this.#erase();
    this.#draw(picture);
  }

  /** Leaves the last picture where it is: what comes next comes beneath. */
  leave(): void {
    this.#picture = [];
  }

  #draw(picture: readonly string[]): void {
    for (const line of picture) this.#output.write(`${line}\n`);
    this.#picture = picture;
  }

  #erase(): void {
    if (this.#picture.length === 0) return;
    moveCursor(this.#output, 0, -this.#picture.length);
    cursorTo(this.#output, 0);
    this.#output.write('\u001b[0J'); // All below.
    this.#picture = [];
  }
}
