/** The answer to a request has more bytes than its asker wants to hold. What it says is not known. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';

  constructor(mostBytes: number) {
    super(`the answer has more than ${mostBytes} bytes; ask for fewer objects`);
  }
}
