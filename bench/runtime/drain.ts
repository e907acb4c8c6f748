/** Takes the lines of a watch and forgets them: so fast is the source. */
import { followBare } from './bare.ts';

await followBare(() => {});
