import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en';
import { zhCN } from '../i18n/zh-CN';
import { reasonText } from './reason';

describe('reasonText', () => {
  it('says the words of programs in the language of the page', () => {
    expect(reasonText('node_lost', en)).toBe('the node failed');
    expect(reasonText('node_lost', zhCN)).toBe('节点失效');
    expect(reasonText('misfire', en)).toBe('misfire policy');
  });
  it('keeps what follows', () => {
    expect(reasonText('replaced; exit code 3', en)).toBe('replaced by a newer run; exit code 3');
    expect(reasonText('replaced；退出码 3', zhCN)).toBe('被新的执行取代；退出码 3');
  });
  it('keeps sentences, which the server translates', () => {
    for (const sentence of ['overlap of two rooms', 'the target answered 503', 'constructor', ''])
      expect(reasonText(sentence, en)).toBe(sentence);
  });
});
