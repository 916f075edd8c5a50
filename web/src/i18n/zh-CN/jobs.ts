import type { Messages } from '../messages';

export const jobs: Messages['jobs'] = { title: '任务' };
