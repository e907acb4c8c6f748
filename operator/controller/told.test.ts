import { describe, expect, it } from 'vitest';
import { keyOf, type ObjectKey } from '../resources/object.ts';
import { Told } from './told.ts';

const key = (name: string) => keyOf({ namespace: 'shop', name });

/** What a controller that watches is told. */
function controller() {
  const found: ObjectKey[] = [];
  const receiver = {
    found: (keys: Iterable<ObjectKey>) => void found.push(...keys),
    changed: () => {},
    failed: () => {},
  };
  return { found, receiver };
}

describe('what a program finds itself', () => {
  it('is work for the controller, as long as it runs', () => {
    const told = new Told();
    const { found, receiver } = controller();
    told.tell(key('early'));
    const end = told.start(receiver);
    told.tell(key('checkout'), key('cart'));
    end();
    told.tell(key('late'));
    expect(found).toEqual(['shop/checkout', 'shop/cart']);
  });

  it('begins with what is known when the controller starts', () => {
    const known = ['checkout'];
    const told = new Told(() => known.map(key));
    known.push('cart');
    const { found, receiver } = controller();
    told.start(receiver);
    expect(found).toEqual(['shop/checkout', 'shop/cart']);
  });
});
