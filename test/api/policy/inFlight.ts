/** Many requests at a time, since an API server spends most of each on waiting. The results are in the order of the items. */
export async function inFlight<T, R>(
  items: readonly T[],
  run: (item: T, index: number) => Promise<R>,
  atATime = 32,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await run(item, index);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}
