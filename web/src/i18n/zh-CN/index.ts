import type { Messages } from '../messages';
import { common } from './common';
import { editor } from './editor';
import { execution } from './execution';
import { executions } from './executions';
import { job } from './job';
import { jobs } from './jobs';
import { operations } from './operations';
import { overview } from './overview';
import { schedule } from './schedule';

export const zhCN: Messages = {
  ...common,
  overview,
  jobs,
  job,
  editor,
  execution,
  executions,
  schedule,
  operations,
};
