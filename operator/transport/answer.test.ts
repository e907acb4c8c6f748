import { expect, it, vi } from 'vitest';
import { Answer } from './answer.ts';

/** The pool's side of a request. */
function exchange({ beforeSend }: { beforeSend?: () => void } = {}) {
  const caller = new AbortController();
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    abort: vi.fn(),
    pause: () => {
      controller.paused = true;
    },
    resume: () => {
      controller.paused = false;
    },
  };
  const answer = new Answer({ signal: caller.signal, beforeSend, explain: (error) => error });
  return {
    answer,
    caller,
    controller,
    start: () => answer.onRequestStart(controller),
    head: (status = 200) => answer.onResponseStart(controller, status, { 'retry-after': '3' }),
    piece: (length: number) => answer.onResponseData(controller, Buffer.alloc(length, 'a')),
  };
}

it('has the head before the body, and puts the pieces of a character together', async () => {
  const { answer, controller, start, head } = exchange();
  start();
  head(103);
  head(201);
  await answer.head;
  expect([answer.status, answer.header('retry-after')]).toEqual([201, '3']);
  const text = answer.text();
  const [first, ...rest] = Buffer.from('€');
  answer.onResponseData(controller, Buffer.from([first ?? 0]));
  answer.onResponseData(controller, Buffer.from(rest));
  answer.onResponseEnd();
  expect(await text).toBe('€');
});

it('makes the server wait for a reader, but not for one who wants all', async () => {
  const { answer, controller, start, head, piece } = exchange();
  start();
  head();
  piece(60_000);
  expect(controller.paused).toBe(false);
  piece(60_000);
  expect(controller.paused).toBe(true);
  const reader = answer.chunks()[Symbol.asyncIterator]();
  await reader.next();
  expect(controller.paused).toBe(false);
  const text = answer.text();
  piece(90_000);
  answer.onResponseEnd();
  expect(controller.paused).toBe(false);
  expect((await text).length).toBe(150_000);
});

it('rejects as soon as the caller gives up, before there is a connection, and sends nothing then', async () => {
  const { answer, caller, start } = exchange();
  const reason = new Error('enough');
  caller.abort(reason);
  await expect(answer.head).rejects.toBe(reason);
  expect(start).toThrow(reason);
});

it('ends the connection when the caller gives up in the middle', async () => {
  const { answer, caller, controller, start, head, piece } = exchange();
  start();
  head();
  piece(10);
  const text = answer.text();
  caller.abort(new Error('enough'));
  await expect(text).rejects.toThrow('enough');
  expect(controller.abort).toHaveBeenCalledOnce();
});

it('gives what came before the connection was cut, and then says so', async () => {
  const { answer, controller, start, head, piece } = exchange();
  start();
  head();
  piece(10);
  answer.onResponseError(controller, new Error('other side closed'));
  const lengths: number[] = [];
  const read = async () => {
    for await (const { length } of answer.chunks()) lengths.push(length);
  };
  await expect(read()).rejects.toThrow('other side closed');
  expect(lengths).toEqual([10]);
});

it('ends the connection of an answer that is left, and lets that of a short one live', async () => {
  const long = exchange();
  long.start();
  long.head();
  const leaving = long.answer.discard();
  long.piece(70_000);
  await leaving;
  expect(long.controller.abort).toHaveBeenCalledOnce();
  const short = exchange();
  short.start();
  short.head();
  const reading = short.answer.discard();
  short.piece(10);
  short.answer.onResponseEnd();
  await reading;
  expect(short.controller.abort).not.toHaveBeenCalled();
});

it('sends nothing that may not be sent any more', async () => {
  const refusal = new Error('not leading');
  const { answer, start } = exchange({
    beforeSend: () => {
      throw refusal;
    },
  });
  expect(start).toThrow(refusal);
  await expect(answer.head).rejects.toBe(refusal);
});
