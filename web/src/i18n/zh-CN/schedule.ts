import type { Messages } from '../messages';

export const schedule: Messages['schedule'] = { title: '调度计划' };
