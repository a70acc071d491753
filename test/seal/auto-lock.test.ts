import { describe, expect, it } from 'vitest';
import type { VaultState } from '../../src/seal.js';
import { rejection } from '../database/outcome.js';
import { ManualClock, settle } from '../store/fakes.js';
import { newBrowser, openUnlocked, placeOf } from './open-test-vault.js';

async function open() {
  const clock = new ManualClock(settle);
  const tab = await openUnlocked(newBrowser(), { clock, autoLockMs: 1000 });
  return { ...tab, clock };
}

describe('auto-lock', () => {
  it('locks once nothing was sealed or opened for that long, and tells it', async () => {
    const { vault, clock } = await open();
    const states: VaultState[] = [];
    vault.onStateChange((state) => states.push(state));
    const sealed = await vault.seal('x', placeOf(1));
    await clock.advance(999);
    await vault.open(sealed, placeOf(1));
    await clock.advance(999);
    await vault.write([{ text: 'x', place: placeOf(1) }], () => undefined);
    await clock.advance(999);
    expect(vault.state).toBe('unlocked');
    await clock.advance(1);
    expect(vault.state).toBe('locked');
    expect(states).toEqual(['locked']);
    await vault.unlock();
    await clock.advance(1000);
    expect(states).toEqual(['locked', 'unlocked', 'locked']);
  });

  it('opens nothing once the time is over, although a sleeping page has not fired its timers', async () => {
    const { vault, clock } = await open();
    const sealed = await vault.seal('x', placeOf(1));
    const awake = clock.now();
    clock.now = () => awake + 1000;
    expect(vault.state).toBe('locked');
    expect(await rejection(vault.open(sealed, placeOf(1)))).toMatchObject({ code: 'VAULT_LOCKED' });
  });

  it('ends with the vault', async () => {
    const { vault, clock } = await open();
    const states: VaultState[] = [];
    vault.onStateChange((state) => states.push(state));
    vault.close();
    await clock.advance(10_000);
    expect(states).toEqual(['locked']);
  });

  it('is off unless asked for', async () => {
    const clock = new ManualClock(settle);
    const { vault } = await openUnlocked(newBrowser(), { clock });
    await clock.advance(10 ** 10);
    expect(vault.state).toBe('unlocked');
  });
});
