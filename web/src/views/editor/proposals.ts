/// Other schedules that the author of an expression may have meant. The server decides what is wrong and says so in
/// words; these are the mends for what it warns of or refuses.
export type ProposalReason =
  | 'onceAnHour'
  | 'lastDay'
  | 'secondInFront'
  | 'evenStep'
  | 'dayOnly'
  | 'weekdayOnly'
  | 'descriptor'
  | 'interval'
  | 'oneShot';

export type Proposal = { expression: string; reason: ProposalReason; type?: 'timed' };

const replaced = (fields: string[], index: number, field: string): string =>
  fields.map((each, at) => (at === index ? field : each)).join(' ');

/// Returns the divisors of `whole` next to a step that does not divide it.
function nearSteps(step: number, whole: number): number[] {
  const divisors = Array.from({ length: whole - 1 }, (_, index) => index + 1).filter(
    each => whole % each === 0,
  );
  const below = divisors.filter(each => each < step).at(-1);
  const above = divisors.find(each => each > step);
  return [below, above].filter(each => each !== undefined && each > 1) as number[];
}

function wrapped(text: string): Proposal[] {
  const rate = /^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$/i.exec(text);
  if (rate) {
    const hours = rate[2]?.toLowerCase() === 'day' ? 24 : 1;
    const unit = rate[2]?.toLowerCase() === 'minute' ? 'm' : 'h';
    return [{ expression: `@every ${Number(rate[1]) * hours}${unit}`, reason: 'interval' }];
  }
  const cron = /^cron\(\s*(.+?)\s*\)$/i.exec(text);
  return cron ? [{ expression: `0 ${cron[1]}`, reason: 'secondInFront' }] : [];
}

function descriptors(text: string): Proposal[] {
  const word = /^@?(yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.exec(text)?.[1]?.toLowerCase();
  if (word && text !== `@${word}`) return [{ expression: `@${word}`, reason: 'descriptor' }];
  const every = /^(?:@?every\s*)((?:\d+[hms])+)$/i.exec(text)?.[1];
  return every && text !== `@every ${every}` ? [{ expression: `@every ${every}`, reason: 'interval' }] : [];
}

function steps(fields: string[], offset: number): Proposal[] {
  const found: Proposal[] = [];
  for (const [name, whole] of [
    [offset, 60],
    [offset + 1, 24],
  ] as const) {
    const step = Number(/^\*\/(\d+)$/.exec(fields[name] ?? '')?.[1] ?? 0);
    if (step === 0 || whole % step === 0) continue;
    for (const near of step < whole ? nearSteps(step, whole) : [])
      found.push({ expression: replaced(fields, name, `*/${near}`), reason: 'evenStep' });
    const unit = whole === 60 ? 'm' : 'h';
    if (fields.every((field, at) => at === name || (at < name ? /^0$|^\*$/.test(field) : field === '*')))
      found.push({ expression: `@every ${step}${unit}`, reason: 'interval' });
  }
  return found;
}

function days(fields: string[], offset: number): Proposal[] {
  const [day = '', weekday = ''] = [fields[offset + 2], fields[offset + 4]];
  const found: Proposal[] = [];
  if (/^(29|30|31)$/.test(day))
    found.push({ expression: replaced(fields, offset + 2, 'L'), reason: 'lastDay' });
  const limited = (field: string): boolean => field !== '' && field !== '*' && field !== '?';
  if (limited(day) && limited(weekday))
    found.push(
      { expression: replaced(fields, offset + 4, '*'), reason: 'dayOnly' },
      { expression: replaced(fields, offset + 2, '*'), reason: 'weekdayOnly' },
    );
  return found;
}

/// Six fields whose last one is a year, `*` or `?` after a `?` are in the order of AWS, which has no second.
function aws(fields: string[]): Proposal[] {
  const [, , day, , weekday, last = ''] = fields;
  if (fields.length !== 6) return [];
  const year = /^\d{4}/.test(last);
  if (!year && !(/^[*?]$/.test(last) && (day === '?' || weekday === '?'))) return [];
  return [{ expression: `0 ${fields.join(' ')}`, reason: 'secondInFront' }];
}

export function proposals(expression: string, quartz: boolean): Proposal[] {
  const text = expression.trim();
  if (text === '' || /^(CRON_)?TZ=/.test(text)) return [];
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return [{ expression: text, reason: 'oneShot', type: 'timed' }];
  const special = [...wrapped(text), ...descriptors(text)];
  if (special.length > 0) return special;
  const fields = text.split(/\s+/);
  if (fields.length === 6 && !quartz) {
    const order = aws(fields);
    if (order.length > 0) return order;
  }
  if (fields.length < 5 || fields.length > 7) return [];
  const offset = fields.length === 5 ? 0 : 1;
  const found: Proposal[] = [];
  const [minute = '', hour = ''] = fields.slice(offset);
  if (minute === '*' && hour !== '*' && !hour.startsWith('*/'))
    found.push({ expression: replaced(fields, offset, '0'), reason: 'onceAnHour' });
  return [...found, ...steps(fields, offset), ...(quartz ? [] : days(fields, offset))];
}

/// Returns the time zones that a reason of the server names: `did you mean "Asia/Shanghai"?`.
export function namedZones(reason: string): string[] {
  return [...reason.matchAll(/["“]([A-Za-z]+\/[A-Za-z_+\-/]+|UTC)["”]/g)]
    .map(found => found[1] ?? '')
    .filter(zone => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: zone });
        return true;
      } catch {
        return false;
      }
    });
}

/// Returns the expression with another minute, if it has exactly one; null otherwise.
export function withMinute(expression: string, minute: number): string | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 7) return null;
  const index = fields.length === 5 ? 0 : 1;
  return /^\d{1,2}$/.test(fields[index] ?? '') ? replaced(fields, index, String(minute)) : null;
}
