import { expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { openHintChannel } from '../../src/testing/in-process-hints.js';

it('a hint reaches the other channels of its storage, later, and no closed one', async () => {
  const storage = memoryStorage();
  const heard: string[] = [];
  const [one, other, closed, foreign] = [storage, storage, storage, memoryStorage()].map((each, at) => {
    const channel = openHintChannel(each);
    channel.addEventListener('message', ({ data }) => heard.push(`${at} ${data}`));
    return channel;
  });
  closed?.close();
  one?.postMessage('hint');
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard).toEqual(['1 hint']);
  one?.postMessage('too late');
  other?.close();
  await Promise.resolve();
  expect(heard).toEqual(['1 hint']);
  foreign?.close();
});
