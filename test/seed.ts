import fc from 'fast-check';

/**
 * Properties try the same cases each time, so that what fails is of the change at hand. `SEED=random` tries others, and
 * prints which; `SEED=N` tries those again.
 */
const { SEED: given = '20261121' } = process.env;
const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
if (given === 'random') console.log(`seed of properties: ${seed}`);
fc.configureGlobal({ seed });
