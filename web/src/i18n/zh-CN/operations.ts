import type { Messages } from '../messages';

export const operations: Messages['operations'] = { title: '运维' };
