import type { Messages } from '../messages';

export const editor: Messages['editor'] = { title: '新建任务' };
