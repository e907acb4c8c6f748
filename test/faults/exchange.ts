import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** What a rule may look at. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** In the plural, as in the path: `configmaps`. */
  readonly resource: string;
  readonly watch: boolean;
  /** A list by pages. */
  readonly list: boolean;
  readonly page: 'first' | 'later';
  /** For labels. */
  readonly selector: string;
  readonly authorization: string;
}

/** What is done to one request and its answer. */
export type Fault = (exchange: Exchange) => Promise<void>;

/** The head of the server's answer, and its body as it arrives. */
export type Body = Pick<IncomingMessage, 'statusCode' | 'headers'> & AsyncIterable<Buffer>;

interface Way {
  readonly ask: () => Promise<Body>;
  readonly reset: () => void;
}

type Pieces = AsyncIterable<Buffer | string>;

/** One request on its way through the proxy. */
export class Exchange {
  readonly seen: SeenRequest;
  readonly #response: ServerResponse;
  readonly #way: Way;

  constructor(seen: SeenRequest, response: ServerResponse, way: Way) {
    this.seen = seen;
    this.#response = response;
    this.#way = way;
  }

  /** Answers in the server's stead, which never hears of the request. */
  answer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }

  /** Asks the server, and passes on its answer as `change` leaves it; not the end of it. */
  async forward(change: (body: AsyncIterable<Buffer>) => Pieces = (body) => body): Promise<void> {
    const answer = await this.#way.ask();
    // The body may become another length: it is sent in chunks.
    const { 'content-length': _, connection: __, 'transfer-encoding': ___, ...headers } = answer.headers;
    this.#response.writeHead(answer.statusCode ?? 500, headers);
    this.#response.flushHeaders();
    for await (const piece of change(answer)) await this.#write(piece);
  }

  /** Has the server do what is asked, and keeps its answer back. */
  async perform(): Promise<void> {
    for await (const _ of await this.#way.ask());
  }

  /** The answer is over. */
  end(): void {
    this.#response.end();
  }

  /** The connection ends in good order, the answer does not. */
  truncate(): void {
    this.#response.socket?.end();
  }

  reset(): void {
    this.#way.reset();
  }

  #write(piece: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#response.write(piece, (error) => (error == null ? resolve() : reject(error)));
    });
  }
}

export const pass: Fault = async (exchange) => {
  await exchange.forward();
  exchange.end();
};

/** Answers instead of the server, as it does: with a Status. */
export function refuse(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Fault {
  const status = {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message: reason,
  };
  return async (exchange) => exchange.answer(code, JSON.stringify(status), headers);
}

export function answer(body: string, status = 200): Fault {
  return async (exchange) => exchange.answer(status, body);
}

/** A TCP reset after so many bytes of the answer. */
export function reset(after: number): Fault {
  return async (exchange) => {
    await exchange.forward((body) => upTo(body, after));
    exchange.reset();
  };
}

/** The end of the connection after so many bytes of the answer. */
export function truncate(after: number): Fault {
  return async (exchange) => {
    await exchange.forward((body) => upTo(body, after));
    exchange.truncate();
  };
}

/** No more bytes after so many of the answer, and no end either. */
export function stall(after: number): Fault {
  return (exchange) => exchange.forward((body) => upTo(body, after));
}

/** A request that never arrives, and is never answered. */
export const swallow: Fault = async () => {};

/** The server does what was asked, and the connection is reset instead of its answer. */
export const loseAnswer: Fault = async (exchange) => {
  await exchange.perform();
  exchange.reset();
};

/** A good end of the answer after so many milliseconds. */
export function endAfter(milliseconds: number): Fault {
  return async (exchange) => {
    await exchange.forward((body) => until(body, pause(milliseconds)));
    exchange.end();
  };
}

/** Each byte in a segment of its own. */
export const split: Fault = async (exchange) => {
  await exchange.forward(async function* (body) {
    for await (const piece of body) for (const byte of piece) yield Buffer.of(byte);
  });
  exchange.end();
};

/** Every piece of the answer comes so many milliseconds late: those of one connection in their order. */
export function delay(milliseconds: () => number): Fault {
  return async (exchange) => {
    await pause(milliseconds());
    await exchange.forward(async function* (body) {
      for await (const piece of body) {
        await pause(milliseconds());
        yield piece;
      }
    });
    exchange.end();
  };
}

/** Each line of the answer as it is changed. */
export function rewrite(change: (line: string, index: number) => string): Fault {
  return async (exchange) => {
    await exchange.forward(async function* (body) {
      let index = 0;
      for await (const line of lines(body)) yield change(line, index++);
    });
    exchange.end();
  };
}

async function* upTo(body: AsyncIterable<Buffer>, bytes: number): Pieces {
  let left = bytes;
  for await (const piece of body) {
    yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

async function* until(body: AsyncIterable<Buffer>, end: Promise<void>): Pieces {
  const ended = end.then(() => ({ done: true, value: undefined }) as const);
  const iterator = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), ended]);
    if (next.done === true) return;
    yield next.value;
  }
}

/** Each with its newline. */
async function* lines(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of body) {
    const parts = `${rest}${decoder.decode(piece, { stream: true })}`.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield `${part}\n`;
  }
  if (rest !== '') yield rest;
}
