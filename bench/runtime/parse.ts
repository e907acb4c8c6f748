/** Parses the lines of a watch and forgets them: no informer that reads JSON can be faster. */
import { followBare } from './bare.ts';

await followBare((line) => void JSON.parse(line));
