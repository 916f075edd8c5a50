import type { Messages } from '../messages';

export const job: Messages['job'] = { title: '任务' };
