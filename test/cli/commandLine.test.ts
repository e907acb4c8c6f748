import { describe, expect, it } from 'vitest';
import { commandOf } from '../../cli/commandLine.ts';

describe('the command line', () => {
  it.each([
    ['no command', ['chekc'], 'There is no command chekc'],
    ['no path', ['check'], 'Give at least one path'],
    ['an unknown option', ['check', '--nonsense', 'a'], '--nonsense'],
    [
      'an unknown format',
      ['check', '--output', 'xml', 'a'],
      '--output is one of text, json, sarif, junit, and not xml.',
    ],
    ['an unknown level', ['check', '--fail-on', 'high', 'a'], '--fail-on is one of'],
    ['no namespace', ['check', '--namespace', 'A_B', 'a'], '--namespace is the name of a namespace'],
    ['a pipe twice', ['check', '--policies', '-', '-'], 'Give - once'],
    [
      'an option that tests have not',
      ['check', 'test', '--output', 'json', 'a'],
      "Unknown option '--output'",
    ],
  ])('says what is wrong: %s', (_, args, said) => {
    expect(() => commandOf(args)).toThrow(said);
  });
});
