import type { Messages } from '../messages';

const number = (value: number) => value.toLocaleString('zh-CN');

export const executions: Messages['executions'] = {
  title: '执行记录',
  count: (count, more) => `${number(count)}${more ? '+' : ''} 条执行记录`,
  columns: {
    state: '状态',
    job: '任务',
    begin: '开始时间',
    duration: '耗时',
    lateness: '延迟',
    trigger: '触发方式',
    node: '节点',
    reason: '原因',
  },
  filters: {
    state: '状态',
    trigger: '触发方式',
    any: '不限',
    between: (from, to) => `开始于 ${from} – ${to}`,
    removeTime: '移除时间筛选',
    job: name => `任务 ${name}`,
    removeJob: '移除任务筛选',
    clear: '清除筛选',
  },
  trigger: { schedule: '计划', manual: '手动', message: '消息', history: '导入' },
  attempts: count => `${number(count)} 次尝试`,
  running: '进行中',
  emptyTitle: '没有匹配的执行记录',
  empty: '每次计划触发或每次手动执行都会产生一条执行记录，保留时间由 history_days 决定。',
  more: '更早的执行记录',
};
