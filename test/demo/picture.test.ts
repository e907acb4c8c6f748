import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pictureOf, type Traffic, trafficLine } from './picture.ts';
import { Screen } from './screen.ts';

const traffic: Traffic = {
  revision: 7,
  stands: 'Analyzing 2/4',
  desired: 50,
  verified: 25,
  recent: { seconds: 3, answers: 298, share: 24.8, failed: 2 },
};

describe('the picture of the weights', () => {
  it('has a bar for what is wanted, for what is verified and for what is measured', () => {
    const lines = pictureOf(traffic, 80).map(stripVTControlCharacters);
    expect(lines).toEqual([
      `  desired    50 %  ${'█'.repeat(10)}${'·'.repeat(10)}  revision 7: Analyzing 2/4`,
      `  verified   25 %  ${'█'.repeat(5)}${'·'.repeat(15)}  `,
      `  measured   25 %  ${'█'.repeat(5)}${'·'.repeat(15)}  of 298 answers in 3 s, 2 failed`,
    ]);
  });

  it('is no wider than the terminal', () => {
    for (const columns of [20, 40, 79, 200]) {
      const lines = pictureOf(traffic, columns).map(stripVTControlCharacters);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('is a line where nothing can be drawn', () => {
    expect(trafficLine(traffic)).toBe(
      'revision 7: 50 % desired, 25 % verified, 25 % measured of 298 answers in 3 s, 2 failed',
    );
  });
});

describe('the screen', () => {
  const up = (lines: number) => `\u001b[${lines}A`;
  const start = '\u001b[1G';
  const clear = '\u001b[0J';

  function screen(isTTY: boolean): { readonly screen: Screen; readonly written: () => string } {
    const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 80 });
    return { screen: new Screen(output), written: () => output.read() ?? '' };
  }

  it('draws a picture in the place of the one before, and lines above it', () => {
    const { screen: terminal, written } = screen(true);
    terminal.show(['a', 'b']);
    terminal.show(['c']);
    terminal.line('said');
    expect(written()).toBe(`a\nb\n${up(2)}${start}${clear}c\n${up(1)}${start}${clear}said\nc\n`);
  });

  it('leaves a picture where it is when it is told to', () => {
    const { screen: terminal, written } = screen(true);
    terminal.show(['a']);
    terminal.leave();
    terminal.line('said');
    expect(written()).toBe('a\nsaid\n');
  });

  it('draws nothing into a file', () => {
    const { screen: file, written } = screen(false);
    file.show(['a']);
    file.line('said');
    expect([file.draws, written()]).toEqual([false, 'said\n']);
  });
});
