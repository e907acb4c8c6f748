import { CertificateAuthority } from '../../cluster/certificates/authority.ts';
import type { Cluster } from '../../cluster/index.ts';
import {
  answer,
  delay,
  endAfter,
  type Fault,
  loseAnswer,
  refuse,
  reset,
  rewrite,
  type SeenRequest,
  split,
  stall,
  swallow,
  truncate,
} from './exchange.ts';
import type { FaultProxy } from './proxy.ts';

/** Trouble that begins, and ends by what it gives. */
type Trouble = (proxy: FaultProxy, cluster: Cluster) => Promise<() => Promise<void>>;

/** Every kind of trouble, by name. `random` gives numbers from 0 to 1. */
export function troubles(random: () => number): Readonly<Record<string, Trouble>> {
  const some = (most: number) => Math.floor(random() * most);
  /** To the requests that match, some of them spared by chance. */
  const to = (matches: (request: SeenRequest) => boolean, fault: () => Fault): Trouble => {
    return async (proxy) => {
      const rule = proxy.on((request) => matches(request) && random() < 0.6, fault());
      proxy.resetAll();
      return async () => rule.end();
    };
  };
  const watch = ({ watch }: SeenRequest) => watch;
  const list = ({ list }: SeenRequest) => list;
  const later = ({ page }: SeenRequest) => page === 'later';
  const write = ({ method }: SeenRequest) => method !== 'GET';
  const all = () => true;
  const busy = { 'retry-after': '1' };
  const odd = (change: (line: string) => string) => () => {
    const at = some(4);
    return rewrite((line, index) => (index === at ? change(line) : line));
  };
  return {
    'watch reset': to(watch, () => reset(some(3000))),
    'watch cut': to(watch, () => truncate(some(3000))),
    'watch stalled': to(watch, () => stall(some(3000))),
    'watch ended': to(watch, () => endAfter(some(1500))),
    'watch expired': to(watch, () => refuse(410, 'Expired')),
    'watch refused': to(watch, () => refuse(429, 'TooManyRequests', busy)),
    'watch malformed': to(
      watch,
      odd((line) => `${line.slice(0, some(line.length))}\n`),
    ),
    'watch repeated': to(
      watch,
      odd((line) => line + line),
    ),
    'watch split': to(watch, () => split),
    'large events': to(
      watch,
      odd((line) => line.replace('{', `{"padding":"${'x'.repeat(3e6)}",`)),
    ),
    'list cut': to(list, () => truncate(some(9000))),
    'list stalled': to(list, () => stall(some(9000))),
    'list malformed': to(list, () => answer('{"items":[{')),
    'second page expired': to(later, () => refuse(410, 'Expired')),
    'write lost': to(write, () => swallow),
    'answer lost': to(write, () => loseAnswer),
    'write refused': to(write, () => refuse(500, 'InternalError')),
    'everything 503': to(all, () => refuse(503, 'ServiceUnavailable', some(2) === 0 ? busy : {})),
    'everything 500': to(all, () => refuse(500, 'InternalError')),
    'everything late': to(all, () => delay(() => random() * 300)),
    'connections reset': async (proxy) => {
      proxy.resetAll();
      return async () => {};
    },
    'connections half open': async (proxy) => {
      proxy.freezeAll();
      return async () => {};
    },
    'idle connections dropped': async (proxy) => {
      proxy.dropIdle();
      return async () => {};
    },
    'nothing listens': async (proxy) => {
      proxy.refuse();
      proxy.resetAll();
      return () => proxy.listen();
    },
    'certificate not trusted': async (proxy, { authority }) => {
      proxy.present(CertificateAuthority.create('somebody else'));
      proxy.resetAll();
      return async () => proxy.present(authority);
    },
    'API server killed': async (_, cluster) => {
      await cluster.restartApiServer();
      return async () => {};
    },
  };
}
