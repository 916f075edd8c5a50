export const execution = { title: 'Execution' };
