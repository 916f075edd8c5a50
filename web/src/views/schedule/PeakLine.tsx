import { useText } from '../../i18n';
import { clockTime } from '../../time/format';
import { useDayName } from './day_name';
import type { Cell, Measure } from './heat';
import classes from './schedule.module.css';

/// Says which quarter of an hour has the most, which is also what is shown below the map until a cell is chosen.
export function PeakLine({
  peak,
  measure,
  zone,
  chosen,
  words,
  onChoose,
}: {
  peak: Cell | null;
  measure: Measure;
  zone: string;
  chosen: number | null;
  words: (count: number) => string;
  onChoose: (cell: Cell) => void;
}) {
  const t = useText();
  const dayName = useDayName(zone);
  if (!peak) return null;
  const when = t.schedule.hour.title(
    dayName(peak.from),
    clockTime(peak.from, zone),
    clockTime(peak.to, zone),
  );
  return (
    <p className={`${classes.peakLine} num`}>
      {t.schedule.map.peak}{' '}
      {chosen === peak.from ? (
        <strong>{when}</strong>
      ) : (
        <button type="button" className={classes.peakButton} onClick={() => onChoose(peak)}>
          {when}
        </button>
      )}{' '}
      · {words(peak[measure])}
    </p>
  );
}
