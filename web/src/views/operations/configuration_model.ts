import type { ConfigurationOption } from './queries';

export type Group = { name: string; options: ConfigurationOption[] };

export function isChanged({ source }: ConfigurationOption): boolean {
  return source !== 'default';
}

/// Returns the options that match, in the order and groups of the server. All words must occur in the name, the value, the
/// source or the description.
export function groupsOf(options: ConfigurationOption[], find: string, changedOnly: boolean): Group[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, ConfigurationOption[]>();
  for (const option of options) {
    const text = `${option.name} ${option.value} ${option.source} ${option.description}`.toLowerCase();
    if (changedOnly && !isChanged(option)) continue;
    if (!words.every(word => text.includes(word))) continue;
    const group = groups.get(option.group);
    if (group) group.push(option);
    else groups.set(option.group, [option]);
  }
  return [...groups].map(([name, found]) => ({ name, options: found }));
}
