import { describe, expect, it } from 'vitest';
import {
  deleteWorkflowSkill,
  getWorkflowSkill,
  listWorkflowSkills,
  saveWorkflowSkill,
  updateWorkflowExposeConfig,
} from '../../../src/vibesurf/queries/workflow-skills.js';
import { idOf, openTab, openTabWith, type SqlRow } from './open-vibesurf.js';

const login = { name: 'Log in', addToSkill: true, workflowExposeConfig: { inputs: ['user'] } };

const openWith = (...skills: readonly SqlRow[]) =>
  openTabWith(
    'workflow_skills',
    skills.map((skill, n) => ({ id: idOf(n), ...skill })),
  );

const flowsOf = (rows: readonly { flowId: string }[]) => rows.map(({ flowId }) => flowId);

describe('saving a skill', () => {
  it('makes the skill of a flow, and gives the stored row', async () => {
    const { db } = await openTab();
    const row = await db.write((tx) => saveWorkflowSkill(tx, 'flow', login));
    expect(row).toMatchObject({ ...login, flowId: 'flow', description: null });
    expect(getWorkflowSkill(db, 'flow')).toEqual(row);
  });

  it('makes one of a flow alone', async () => {
    const { db } = await openTab();
    const row = await db.write((tx) => saveWorkflowSkill(tx, 'flow'));
    expect(row).toMatchObject({ flowId: 'flow', name: null, addToSkill: false, workflowExposeConfig: null });
  });

  it('changes what is given of the one there is, and gives the row as it is stored', async () => {
    const { db } = await openWith({ flow_id: 'flow', description: 'kept' }, { flow_id: 'other' });
    const other = getWorkflowSkill(db, 'other');
    const row = await db.write((tx) => saveWorkflowSkill(tx, 'flow', { ...login, description: undefined }));
    expect(row).toMatchObject({ ...login, id: idOf(0), description: 'kept' });
    expect(row.updatedAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
    expect(getWorkflowSkill(db, 'flow')).toEqual(row);
    expect(getWorkflowSkill(db, 'other')).toEqual(other);
  });

  it('that gives nothing but the id and times of a row leaves the one there is as it was', async () => {
    const { db } = await openWith({ flow_id: 'flow', name: 'kept' });
    const before = getWorkflowSkill(db, 'flow');
    for (const patch of [{}, { name: undefined, id: idOf(5), createdAt: new Date() }])
      expect(await db.write((tx) => saveWorkflowSkill(tx, 'flow', patch))).toEqual(before);
    expect(getWorkflowSkill(db, 'flow')).toEqual(before);
  });

  it('gives two tabs that save one flow at once one skill, with what each of them gave', async () => {
    const tab = await openTab();
    const other = await openTab(tab);
    await Promise.all([
      tab.db.write((tx) => saveWorkflowSkill(tx, 'flow', { name: 'Log in' })),
      other.db.write((tx) => saveWorkflowSkill(tx, 'flow', { description: 'of the other' })),
    ]);
    await tab.database.refresh();
    expect(listWorkflowSkills(tab.db)).toMatchObject([{ name: 'Log in', description: 'of the other' }]);
  });

  it('refuses a configuration that is no object, whether there is a skill or not', async () => {
    const { db } = await openWith({ flow_id: 'flow' });
    for (const flowId of ['flow', 'new']) {
      // @ts-expect-error A list is no object.
      const saving = db.write((tx) => saveWorkflowSkill(tx, flowId, { workflowExposeConfig: ['x'] }));
      await expect(saving).rejects.toMatchObject({ code: 'COLUMN_JSON', column: 'workflow_skills.workflow_expose_config' });
    }
    expect(flowsOf(listWorkflowSkills(db))).toEqual(['flow']);
  });
});

describe('getting a skill', () => {
  it('gives it by its flow, also without an id, or undefined', async () => {
    const { db } = await openWith({ flow_id: 'one', id: null });
    expect(getWorkflowSkill(db, 'one')).toMatchObject({ id: null, flowId: 'one' });
    expect(getWorkflowSkill(db, 'two')).toBeUndefined();
  });
});

describe('listing skills', () => {
  it('gives the one that was updated last first, or those alone that are skills or are not', async () => {
    const { db } = await openWith(
      { flow_id: 'old', add_to_skill: 1 },
      { flow_id: 'new', updated_at: '2025-01-01 00:00:00.5' },
      { flow_id: 'between', add_to_skill: 1, updated_at: '2025-01-01 00:00:00' },
    );
    expect(flowsOf(listWorkflowSkills(db))).toEqual(['new', 'between', 'old']);
    expect(flowsOf(listWorkflowSkills(db, { addToSkill: true }))).toEqual(['between', 'old']);
    expect(flowsOf(listWorkflowSkills(db, { addToSkill: false }))).toEqual(['new']);
    await db.write((tx) => saveWorkflowSkill(tx, 'old', { name: 'touched' }));
    expect(flowsOf(listWorkflowSkills(db))).toEqual(['old', 'new', 'between']);
  });

  it('gives all of many, or a page of them', async () => {
    const { db } = await openWith(...Array.from({ length: 51 }, (_, n) => ({ flow_id: `f${n}` })));
    expect(listWorkflowSkills(db)).toHaveLength(51);
    expect(flowsOf(listWorkflowSkills(db, { limit: 2, offset: 1 }))).toEqual(['f49', 'f48']);
  });

  it('refuses a limit that is none', async () => {
    const { db } = await openTab();
    expect(() => listWorkflowSkills(db, { limit: 1.5 })).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});

describe('deleting a skill', () => {
  it('deletes that one', async () => {
    const { db } = await openWith({ flow_id: 'one' }, { flow_id: 'two' });
    await db.write((tx) => deleteWorkflowSkill(tx, 'one'));
    expect(flowsOf(listWorkflowSkills(db))).toEqual(['two']);
  });

  it('rejects for an unknown flow', async () => {
    const { db } = await openTab();
    const deleting = db.write((tx) => deleteWorkflowSkill(tx, 'nobody'));
    await expect(deleting).rejects.toMatchObject({ code: 'NOT_FOUND', table: 'workflow_skills', column: 'flow_id' });
  });
});

describe('updating what a skill exposes', () => {
  it('replaces it, null clears it, and the row is given as it is stored', async () => {
    const { db } = await openWith({ flow_id: 'one', workflow_expose_config: '{"old":1}', name: 'kept' });
    const row = await db.write((tx) => updateWorkflowExposeConfig(tx, 'one', { fresh: true }));
    expect(row).toMatchObject({ name: 'kept', workflowExposeConfig: { fresh: true } });
    expect(row.workflowExposeConfig).not.toHaveProperty('old');
    expect(getWorkflowSkill(db, 'one')).toEqual(row);
    expect((await db.write((tx) => updateWorkflowExposeConfig(tx, 'one', null))).workflowExposeConfig).toBeNull();
  });

  it('refuses what is no object, and an unknown flow', async () => {
    const { db } = await openWith({ flow_id: 'one', workflow_expose_config: '{"old":1}' });
    // @ts-expect-error A text is no object.
    await expect(db.write((tx) => updateWorkflowExposeConfig(tx, 'one', 'x'))).rejects.toMatchObject({ code: 'COLUMN_JSON' });
    expect(getWorkflowSkill(db, 'one')?.workflowExposeConfig).toEqual({ old: 1 });
    await expect(db.write((tx) => updateWorkflowExposeConfig(tx, 'nobody', {}))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
