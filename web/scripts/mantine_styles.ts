import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import type { Plugin } from 'vite';
import { theme } from '../src/app/theme';

/// Style sheets of Mantine as parts of the build.
///
/// virtual:mantine-variables.css: the variables of the theme. MantineProvider would inject them as a <style> element,
/// which the server's Content-Security-Policy refuses.
///
/// virtual:mantine-components.css: the rules of those components that the sources import from @mantine/core, and of the
/// components that these consist of: a third of the complete sheet. The development server uses the complete one.

function files(folder: string, ending: RegExp): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path, ending);
    return ending.test(name) ? [path] : [];
  });
}

/// Returns the names that the sources import from @mantine/core.
function imported(sources: string): string[] {
  return files(sources, /\.tsx?$/).flatMap(path => {
    const text = readFileSync(path, 'utf8');
    return [...text.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)].flatMap(match =>
      (match[1] ?? '').split(',').map(name => name.trim().split(/[ .]/)[0] ?? ''),
    );
  });
}

/// Returns the folders of components that are needed: those of the names, and what they import.
function needed(components: string, names: string[]): Set<string> {
  const found = new Set<string>();
  const waiting = names.filter(name => existsSync(join(components, name)));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const path of files(join(components, name), /\.mjs$/)) {
      const text = readFileSync(path, 'utf8');
      for (const match of text.matchAll(/^import \{[^}]*\} from '(?:\.\.\/)+(?:utils\/)?([A-Z]\w+)\//gm)) {
        const other = match[1] ?? '';
        if (existsSync(join(components, other))) waiting.push(other);
        // What several components share has no folder among them, such as InlineInput: the label of a switch.
        else if (match[0].includes('/utils/')) found.add(other);
      }
    }
  }
  return found;
}

function componentStyles(root: string): string {
  const core = join(root, 'node_modules/@mantine/core');
  const folders = needed(join(core, 'esm/components'), imported(join(root, 'src')));
  const complete = readFileSync(join(core, 'styles.css'), 'utf8');
  const first = (text: string) => complete.indexOf(text.trim().split('\n')[0] ?? '');
  // A folder may have several sheets: Checkbox, CheckboxCard, CheckboxIndicator.
  const sheets = readdirSync(join(core, 'styles'))
    .filter(name => !name.includes('.layer.'))
    .filter(name => {
      const base = name.replace('.css', '');
      return [...folders].some(
        folder => base === folder || base === `${folder}Card` || base === `${folder}Indicator`,
      );
    })
    .map(name => readFileSync(join(core, 'styles', name), 'utf8'))
    .sort((a, b) => first(a) - first(b));
  const shared = ['baseline.css', 'global.css'].map(name => readFileSync(join(core, 'styles', name), 'utf8'));
  return [...shared, ...sheets].join('\n');
}

export function mantineStyles(): Plugin {
  let serving = false;
  let root = '';
  return {
    name: 'mantine-styles',
    configResolved(config) {
      serving = config.command === 'serve';
      root = config.root;
    },
    resolveId: source => (/^virtual:mantine-\w+\.css$/.test(source) ? `\0${source}` : undefined),
    load(id) {
      if (id === '\0virtual:mantine-variables.css') {
        const resolved = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
        return convertCssVariables(resolved, ':root');
      }
      if (id !== '\0virtual:mantine-components.css') return undefined;
      return serving
        ? readFileSync(join(root, 'node_modules/@mantine/core/styles.css'), 'utf8')
        : componentStyles(root);
    },
  };
}
