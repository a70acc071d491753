import { desc, eq, sql } from 'drizzle-orm';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { type NewWorkflowSkillRow, type WorkflowSkillRow, workflowSkills } from '../models/workflow-skill.js';
import { existing, notFound } from './existence.js';
import { ALL, type Page, pageOf } from './page.js';
import { givenOf, isEmpty, type Patch, UPDATE_TIME } from './patch.js';

const FIELDS = ['name', 'description', 'addToSkill', 'workflowExposeConfig'] as const;
type Field = (typeof FIELDS)[number];

/** What of a flow is exposed: an object of the user's own; null for nothing. */
export type WorkflowExposeConfig = WorkflowSkillRow['workflowExposeConfig'];
export type WorkflowSkillPatch = Patch<NewWorkflowSkillRow, Field>;

export interface WorkflowSkillFilter extends Page {
  /** Only those that are offered as skills, or only those that are not; both by default. */
  readonly addToSkill?: boolean;
}

/** Makes the skill of a flow, or changes what is given of the one there is. @throws {InvalidJsonError} */
export function saveWorkflowSkill(tx: DrizzleWriter, flowId: string, patch: WorkflowSkillPatch = {}): WorkflowSkillRow {
  const given = givenOf(patch, FIELDS);
  const insert = tx.insert(workflowSkills).values({ ...given, flowId });
  if (isEmpty(given)) {
    insert.onConflictDoNothing({ target: workflowSkills.flowId }).run();
    return existing(getWorkflowSkill(tx, flowId), workflowSkills.flowId);
  }
  return insert
    .onConflictDoUpdate({ target: workflowSkills.flowId, set: { ...given, updatedAt: UPDATE_TIME } })
    .returning()
    .get();
}

export function getWorkflowSkill(db: DrizzleReader, flowId: string): WorkflowSkillRow | undefined {
  return db.select().from(workflowSkills).where(eq(workflowSkills.flowId, flowId)).get();
}

/** The one that was updated last first; all of them by default. @throws {UsageError} */
export function listWorkflowSkills(db: DrizzleReader, filter: WorkflowSkillFilter = {}): WorkflowSkillRow[] {
  const { limit, offset } = pageOf(filter, ALL);
  return db
    .select()
    .from(workflowSkills)
    .where(filter.addToSkill === undefined ? undefined : eq(workflowSkills.addToSkill, filter.addToSkill))
    .orderBy(desc(workflowSkills.updatedAt), sql`rowid DESC`)
    .limit(limit)
    .offset(offset)
    .all();
}

/** @throws {NotFoundError} */
export function deleteWorkflowSkill(tx: DrizzleWriter, flowId: string): void {
  if (tx.delete(workflowSkills).where(eq(workflowSkills.flowId, flowId)).run().changes === 0) throw notFound(workflowSkills.flowId);
}

/** Puts this in the place of what was exposed. @throws {NotFoundError} {InvalidJsonError} */
export function updateWorkflowExposeConfig(tx: DrizzleWriter, flowId: string, config: WorkflowExposeConfig): WorkflowSkillRow {
  const set = { workflowExposeConfig: config, updatedAt: UPDATE_TIME };
  return existing(tx.update(workflowSkills).set(set).where(eq(workflowSkills.flowId, flowId)).returning().get(), workflowSkills.flowId);
}
