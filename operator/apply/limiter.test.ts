import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from './limiter.ts';

describe('writes in flight', () => {
  it('property: never more than the limit, never two of one object, in the order asked for, and all end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fails: fc.boolean() }), {
          maxLength: 25,
        }),
        async (scheduler, limit, tasks) => {
          const limiter = new Limiter(limit);
          const running: string[] = [];
          const started = new Map<string, number[]>();
          const all = Promise.allSettled(
            tasks.map(({ id, fails }, index) =>
              limiter.run(id, async () => {
                expect(running).not.toContain(id);
                running.push(id);
                expect(running.length).toBeLessThanOrEqual(limit);
                started.set(id, [...(started.get(id) ?? []), index]);
                await scheduler.schedule(Promise.resolve(), `${id}${index}`);
                running.splice(running.indexOf(id), 1);
                if (fails) throw new Error('refused');
                return index;
              }),
            ),
          );
          await scheduler.waitFor(all);
          const results = await all;
          expect(results.map((result) => result.status)).toEqual(
            tasks.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
          );
          for (const order of started.values())
            expect(order).toEqual(order.toSorted((left, right) => left - right));
        },
      ),
    );
  });
});
