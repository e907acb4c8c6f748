import { parentPort, workerData } from 'node:worker_threads';
import { admissionVariables } from './admission.ts';
import { compile } from './compile.ts';
import { fromJson } from './json.ts';

/** Evaluates what it is given, for a test that gives it little memory. */

const { expression, object } = workerData as { readonly expression: string; readonly object: string };
const compiled = compile(expression, admissionVariables());
const evaluation = compiled.ok
  ? compiled.program.evaluate({ object: fromJson(JSON.parse(object)) })
  : compiled;
parentPort?.postMessage(evaluation.ok);
