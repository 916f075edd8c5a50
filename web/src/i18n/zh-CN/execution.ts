import type { Messages } from '../messages';

export const execution: Messages['execution'] = { title: '执行记录' };
