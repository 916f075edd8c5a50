/// "1 job", "3 jobs": `count` is already formatted if it needs separators.
export function plural(value: number, one: string, other: string): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : other}`;
}
