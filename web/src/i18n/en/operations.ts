export const operations = { title: 'Operations' };
