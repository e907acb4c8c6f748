import {
  type Call,
  type Comprehension,
  children,
  type Expression,
} from '../../../operator/cel/syntax/expression.ts';
import { parse } from '../../../operator/cel/syntax/parser.ts';
import { type Path, type Reads, size } from './reads.ts';

/**
 * Which fields an expression reads, element by element where it goes through a list: so an update of a container's image
 * is let through by a rule that reads only its limits.
 *
 * A value is followed from where it stands in the object to where something is made of it; there it is read. What the
 * expression passes on unread (an operand of `orValue`, the lists of `a + b`, an element that a filter keeps) is not.
 *
 * @param expression well-formed, with its variables put in place
 */
export function fieldsRead(expression: string): Pick<Reads, 'object' | 'podSpec'> {
  const reader = new Reader();
  reader.read(reader.visit(parse(expression), new Map()));
  const of = (root: Place['root']) =>
    reader.found.filter((place) => place.root === root).map(({ path }) => path);
  return { object: of('object'), podSpec: of('podSpec') };
}

interface Place {
  readonly root: 'object' | 'podSpec';
  readonly path: Path;
}

/** Where a value may stand in the object, and, of a list that the expression made, where its elements may. */
interface Origin {
  readonly self: readonly Place[];
  readonly elements: readonly Place[];
}

type Names = ReadonlyMap<string, Origin>;

const made: Origin = { self: [], elements: [] };

class Reader {
  readonly found: Place[] = [];

  read({ self, elements }: Origin): void {
    this.found.push(...self, ...elements);
  }

  visit(expression: Expression, names: Names): Origin {
    switch (expression.kind) {
      case 'name':
        // With a dot before it, it is no variable of a loop.
        return names.get(expression.name) ?? rootOf(expression.name.replace(/^[.]/, ''));
      case 'select': {
        const field = below(this.visit(expression.operand, names), expression.field);
        if (!expression.test) return field;
        this.read(field);
        return made;
      }
      case 'call':
        return this.call(expression, names);
      case 'list': {
        const items = expression.elements.map((element) => this.visit(element, names));
        for (const { elements } of items) this.found.push(...elements);
        return { self: [], elements: items.flatMap(({ self }) => self) };
      }
      case 'comprehension':
        return this.loop(expression, names);
      default:
        return this.readAll(expression, names);
    }
  }

  private call(call: Call, names: Names): Origin {
    const visit = (operand: Expression | undefined) =>
      operand === undefined ? made : this.visit(operand, names);
    const [first, second, third] = call.args;
    switch (call.function) {
      case '_?._':
      case '_[_]':
      case '_[?_]': {
        const named =
          second?.kind === 'literal' && typeof second.value === 'string' ? second.value : undefined;
        if (named === undefined) this.read(visit(second));
        return below(visit(first), named ?? '*');
      }
      case 'dyn':
        return visit(first);
      case 'value':
        return visit(call.target);
      case 'or':
      case 'orValue':
        return either(visit(call.target), visit(first));
      case '_+_':
        return either(visit(first), visit(second));
      case '_?_:_':
        this.read(visit(first));
        return either(visit(second), visit(third));
      case '_==_':
      case '_!=_':
        return comparesWithNothing(call) ? made : this.readAll(call, names);
      case 'size':
        this.readSize(visit(call.target ?? first));
        return made;
      default:
        return this.readAll(call, names);
    }
  }

  /** Each operator of a loop passes on what it does not look at, so one turn finds what any number does. */
  private loop(loop: Comprehension, names: Names): Origin {
    const range = this.visit(loop.range, names);
    this.readSize(range);
    const element = below(range, '*');
    const init = this.visit(loop.init, names);
    const around = new Map([...names, [loop.accumulator, init] as const]);
    const within = new Map([...around, [loop.variable2 ?? loop.variable, element] as const]);
    if (loop.variable2 !== undefined) within.set(loop.variable, made);
    this.read(this.visit(loop.condition, within));
    const step = this.visit(loop.step, within);
    return this.visit(loop.result, new Map([...around, [loop.accumulator, either(init, step)] as const]));
  }

  private readAll(expression: Expression, names: Names): Origin {
    for (const child of children(expression)) this.read(this.visit(child, names));
    return made;
  }

  /** How many elements there are. Of a list that the expression made, what decides that has been read. */
  private readSize({ self }: Origin): void {
    this.found.push(...self.map((place) => ({ ...place, path: [...place.path, size] })));
  }
}

function rootOf(name: string): Origin {
  const root = name === 'oldObject' ? 'object' : name;
  return root === 'object' || root === 'podSpec' ? { self: [{ root, path: [] }], elements: [] } : made;
}

/** Of what is made of several lists, an element stands in any of them. */
function below({ self, elements }: Origin, field: string): Origin {
  const inside = self.map((place) => ({ ...place, path: [...place.path, field] }));
  return { self: field === '*' ? [...inside, ...elements] : inside, elements: [] };
}

function either(a: Origin, b: Origin): Origin {
  return { self: [...a.self, ...b.self], elements: [...a.elements, ...b.elements] };
}

/** Of an update both objects are there, so whether they are is nothing that is read. */
function comparesWithNothing({ args }: Call): boolean {
  const isNothing = (operand: Expression) => operand.kind === 'literal' && operand.value === null;
  const isObject = (operand: Expression) =>
    operand.kind === 'name' && ['object', 'oldObject'].includes(operand.name);
  return args.some(isNothing) && args.some(isObject);
}
