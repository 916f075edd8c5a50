import type { Messages } from '../../i18n/messages';
import type { Problem } from './errors';

export function problemText(problem: Problem, t: Messages): string {
  const texts = t.editor.problems;
  switch (problem.kind) {
    case 'required':
      return texts.required;
    case 'url':
      return texts.url;
    case 'duration':
      return texts.duration(problem.min, problem.max);
    case 'number':
      return texts.number(problem.min, problem.max);
    case 'length':
      return texts.length(problem.max);
  }
}
