import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.ts';

it('gives back the least of what is in it, whatever is pushed, changed and taken out', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('push' as const), value: fc.nat(50) }),
    fc.record({ do: fc.constant('pop' as const) }),
    fc.record({ do: fc.constant('remove' as const), which: fc.nat(20) }),
    fc.record({ do: fc.constant('change' as const), which: fc.nat(20), value: fc.nat(50) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const heap = new Heap<{ value: number; place: number }>((a, b) => a.value < b.value);
      const model: { value: number; place: number }[] = [];
      for (const action of steps) {
        const element = 'which' in action ? model[action.which % Math.max(model.length, 1)] : undefined;
        if (action.do === 'push') {
          const pushed = { value: action.value, place: -1 };
          model.push(pushed);
          heap.push(pushed);
        } else if (action.do === 'pop') {
          const popped = heap.pop();
          expect(popped?.value).toBe(model.length === 0 ? undefined : Math.min(...model.map((e) => e.value)));
          if (popped !== undefined) model.splice(model.indexOf(popped), 1);
        } else if (action.do === 'remove' && element !== undefined) {
          heap.remove(element);
          expect(element.place).toBe(-1);
          model.splice(model.indexOf(element), 1);
        } else if (action.do === 'change' && element !== undefined) {
          element.value = action.value;
          heap.update(element);
        }
        expect(heap.size).toBe(model.length);
        expect(heap.peek()?.value).toBe(
          model.length === 0 ? undefined : Math.min(...model.map((e) => e.value)),
        );
      }
    }),
  );
});
