import * as z from 'zod';
import type { StructuralSchema } from './openApi.ts';

type Refuse = (problem: string) => StructuralSchema;

/** The keywords for a string's checks. Lengths are characters, as the API server counts them. */
export function stringKeywords(schema: z.core.$ZodString, refuse: Refuse): StructuralSchema {
  if (schema instanceof z.core.$ZodStringFormat) return stringFormat(schema, refuse);
  const keywords: { minLength?: number; maxLength?: number; pattern?: string } = {};
  for (const check of schema._zod.def.checks ?? []) {
    if (check instanceof z.core.$ZodCheckMinLength) keywords.minLength = check._zod.def.minimum;
    else if (check instanceof z.core.$ZodCheckMaxLength) keywords.maxLength = check._zod.def.maximum;
    else if (check instanceof z.core.$ZodCheckLengthEquals) {
      keywords.minLength = keywords.maxLength = check._zod.def.length;
    } else if (check instanceof z.core.$ZodCheckRegex) {
      if (keywords.pattern !== undefined) refuse('has two patterns; a structural schema takes one');
      keywords.pattern = pattern(check._zod.def.pattern, refuse);
    } else if (check._zod.def.check === 'overwrite') {
      refuse('changes its value (trim, toLowerCase, …); the API server stores what it is given');
    } else if (check._zod.def.check !== 'custom') {
      refuse(`has the check ${nameOf(check)}, which a structural schema cannot say; use a pattern or a rule`);
    }
  }
  return keywords;
}

/** The keywords for a number's checks, its type included. */
export function numberKeywords(schema: z.core.$ZodNumber, refuse: Refuse): StructuralSchema {
  const keywords: {
    type: 'integer' | 'number';
    format?: string;
    minimum?: number;
    maximum?: number;
    exclusiveMinimum?: true;
    exclusiveMaximum?: true;
    multipleOf?: number;
  } = { type: 'number' };
  const format = (name: z.core.$ZodNumberFormats) => {
    if (name === 'safeint') Object.assign(keywords, { type: 'integer', format: 'int64' });
    else if (name === 'int32') {
      // The API server does not look at the format; the bounds say it.
      Object.assign(keywords, {
        type: 'integer',
        format: 'int32',
        minimum: -(2 ** 31),
        maximum: 2 ** 31 - 1,
      });
    } else if (name === 'float32') keywords.format = 'float';
    else if (name === 'float64') keywords.format = 'double';
    else refuse(`is ${name}; use z.int() with a minimum of 0`);
  };
  if (schema instanceof z.core.$ZodNumberFormat) format(schema._zod.def.format);
  for (const check of schema._zod.def.checks ?? []) {
    if (check instanceof z.core.$ZodCheckNumberFormat) format(check._zod.def.format);
    else if (check instanceof z.core.$ZodCheckGreaterThan) {
      keywords.minimum = Number(check._zod.def.value);
      if (!check._zod.def.inclusive) keywords.exclusiveMinimum = true;
    } else if (check instanceof z.core.$ZodCheckLessThan) {
      keywords.maximum = Number(check._zod.def.value);
      if (!check._zod.def.inclusive) keywords.exclusiveMaximum = true;
    } else if (check instanceof z.core.$ZodCheckMultipleOf) {
      keywords.multipleOf = Number(check._zod.def.value);
    } else if (check._zod.def.check !== 'custom') {
      refuse(`has the check ${nameOf(check)}, which a structural schema cannot say`);
    }
  }
  return keywords;
}

/** Only formats that the API server checks as zod does; the others it would let through. */
function stringFormat(schema: z.core.$ZodStringFormat, refuse: Refuse): StructuralSchema {
  if (schema._zod.def.format === 'datetime') return { format: 'date-time' };
  return refuse(
    `has the format ${schema._zod.def.format}, which the API server does not check alike; use a pattern or a rule`,
  );
}

/** The API server's expressions are RE2: no flags, looking around or back-references. A pattern without anchors matches anywhere. */
function pattern(regex: RegExp, refuse: Refuse): string {
  const { source, flags } = regex;
  if (flags !== '') refuse(`has a pattern with the flags ${flags}, which are not carried over`);
  if (/\(\?[=!<]|\\[1-9k]|\\u|\\c/.test(source)) refuse(`has a pattern that RE2 does not know: ${source}`);
  if (!source.startsWith('^') || !source.endsWith('$')) {
    refuse(`has a pattern that is not anchored, so it matches anywhere in the value: ${source}`);
  }
  return source.replaceAll('\\/', '/');
}

function nameOf(check: z.core.$ZodCheck<never>): string {
  const { def } = check._zod;
  return 'format' in def && typeof def.format === 'string' ? def.format : def.check;
}
