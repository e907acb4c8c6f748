import type { Endpoint } from './endpoints.ts';

/** Resolves or returns if all is well; throws, saying what is not. */
type Check = () => void | Promise<void>;

/** Named checks behind one path, answered one line a check as Kubernetes' own components do. */
export class Probe {
  readonly #checks = new Map<string, Check>();

  /** Throws if there is a check of that name: it would go unasked. */
  add(name: string, check: Check): void {
    if (this.#checks.has(name)) throw new TypeError(`there are two checks named ${name}`);
    this.#checks.set(name, check);
  }

  readonly endpoint: Endpoint = async () => {
    const results = await Promise.all([...this.#checks].map(([name, check]) => run(name, check)));
    const well = results.every((result) => result.well);
    const lines = [...results.map(({ line }) => line), well ? 'ok' : 'failed'];
    return { status: well ? 200 : 503, type: 'text/plain; charset=utf-8', body: `${lines.join('\n')}\n` };
  };
}

async function run(name: string, check: Check): Promise<{ readonly well: boolean; readonly line: string }> {
  try {
    await check();
    return { well: true, line: `[+] ${name} ok` };
  } catch (error) {
    return { well: false, line: `[-] ${name} failed: ${error instanceof Error ? error.message : 'unknown'}` };
  }
}
