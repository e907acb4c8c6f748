#!/usr/bin/env node
/** What is said on the command line is in `program.ts`. Compiled, it is kept for the next time: much of a short run is loading. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./program.ts');
