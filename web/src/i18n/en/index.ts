import { common } from './common';
import { editor } from './editor';
import { execution } from './execution';
import { executions } from './executions';
import { job } from './job';
import { jobs } from './jobs';
import { operations } from './operations';
import { overview } from './overview';
import { schedule } from './schedule';

/// The English catalogue, which defines the keys. One file per view, the same files in each language.
export const en = { ...common, overview, jobs, job, editor, execution, executions, schedule, operations };
