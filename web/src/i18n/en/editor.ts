export const editor = { title: 'New job' };
