/// Returns the quietest minute near one, in the same hour of the zone: `index` is its place in `counts`, `minute` its
/// minute of the hour. null if no other minute is clearly quieter.
export function quietMinute(
  counts: number[],
  index: number,
  minute: number,
): { index: number; minute: number; count: number } | null {
  const own = counts[index] ?? 0;
  let best: { index: number; minute: number; count: number } | null = null;
  for (const [place, count] of counts.entries()) {
    const other = minute + place - index;
    if (place === index || other < 0 || other > 59) continue;
    const nearer = best !== null && Math.abs(place - index) < Math.abs(best.index - index);
    if (best === null || count < best.count || (count === best.count && nearer))
      best = { index: place, minute: other, count };
  }
  return best && own >= 3 && best.count <= own / 2 ? best : null;
}
