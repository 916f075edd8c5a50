import { useMemo } from 'react';
import { useLanguage } from '../../i18n';

/// Returns a function that names days: "Mon 5 Jan", in Chinese "1月5日周一"; short: "Mon", "周一".
export function useDayName(zone: string, short = false): (at: number) => string {
  const language = useLanguage();
  return useMemo(() => {
    const options: Intl.DateTimeFormatOptions = short
      ? { weekday: 'short' }
      : { weekday: 'short', day: 'numeric', month: 'short' };
    const locale = language === 'en' ? 'en-GB' : language;
    let format: Intl.DateTimeFormat;
    try {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    }
    return at => format.format(at).replace(',', '');
  }, [language, zone, short]);
}
