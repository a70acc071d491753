import { lineComments } from './comment.js';
import type { Places } from './place.js';
import type { Remark, Rule } from './rule.js';
import type { SqlFile, Step } from './sql-file.js';

/**
 * A comment that sets a rule aside: `-- migrate:allow <rule> <reason>`, alone on a line with none but such comments between it
 * and its statement, or behind the statement's first line; `-- migrate:allow-file <rule> <reason>` above the first statement
 * for the whole file.
 */
interface Allowance {
  readonly rule: string;
  readonly reason: string;
  readonly start: number;
  /** Undefined for the whole file, and where there is no statement. */
  readonly step: Step | undefined;
  readonly isFileWide: boolean;
}

const DIRECTIVE = /^--\s*migrate:allow(-file)?(?!\S)\s*(\S*)\s*(.*)$/s;

/** The comments of a file that set rules aside. */
export class Allowances {
  /** What is wrong with the comments. */
  readonly faults: readonly Remark[];
  readonly #allowances: readonly Allowance[];
  readonly #used = new Set<Allowance>();

  constructor(file: SqlFile, places: Places, ruleById: ReadonlyMap<string, Rule>) {
    const faults: Remark[] = [];
    const allowances: Allowance[] = [];
    const comments = lineComments(file.text);
    const ownLines = new Set(comments.filter(({ start }) => isAlone(file, places, start)).map(({ start }) => places.line(start)));
    for (const { start, text } of comments) {
      const [isDirective, fileWide, rule = '', reason = ''] = DIRECTIVE.exec(text) ?? [];
      if (isDirective === undefined) continue;
      const isFileWide = fileWide !== undefined;
      const isLate = isFileWide && start > (file.steps[0]?.start ?? Number.POSITIVE_INFINITY);
      const why = isLate ? 'It stands below the first statement.' : faultOf(rule, reason.trim(), ruleById);
      if (why !== undefined) faults.push({ rule: 'L050', at: { start }, why });
      else
        allowances.push({
          rule,
          reason: reason.trim(),
          start,
          isFileWide,
          step: isFileWide ? undefined : stepOf(file, places, { start, ownLines }),
        });
    }
    this.faults = faults;
    this.#allowances = allowances;
  }

  /** The reason why a remark is set aside; undefined when it is not. */
  reasonFor({ rule, step }: Remark): string | undefined {
    const ofRule = this.#allowances.filter((allowance) => allowance.rule === rule);
    const allowance = ofRule.find((each) => each.step !== undefined && each.step === step) ?? ofRule.find(({ isFileWide }) => isFileWide);
    if (allowance) this.#used.add(allowance);
    return allowance?.reason;
  }

  /** The comments that set aside nothing, once every remark was asked for. */
  unused(): Remark[] {
    return this.#allowances
      .filter((allowance) => !this.#used.has(allowance))
      .map(({ start, rule, step, isFileWide }) => {
        const where = isFileWide ? 'in this file' : 'in the statement';
        const why = isFileWide || step ? `${rule} finds nothing ${where}.` : 'No statement begins right below it, or on its line.';
        return { rule: 'L051', at: { start }, why };
      });
  }
}

function faultOf(id: string, reason: string, ruleById: ReadonlyMap<string, Rule>): string | undefined {
  if (id === '') return 'It names no rule.';
  const rule = ruleById.get(id);
  if (!rule) return `There is no rule ${id}.`;
  if (rule.isMandatory) return `${id} cannot be set aside.`;
  return reason === '' ? 'It gives no reason.' : undefined;
}

function isAlone({ text }: SqlFile, places: Places, start: number): boolean {
  return text.slice(places.startOf(places.line(start)), start).trim() === '';
}

/** The statement that begins right below a comment of its own line, or on the line that the comment ends. */
function stepOf(
  { steps }: SqlFile,
  places: Places,
  { start, ownLines }: { start: number; ownLines: ReadonlySet<number> },
): Step | undefined {
  let line = places.line(start);
  if (!ownLines.has(line)) return steps.findLast((step) => step.start < start && places.line(step.start) === line);
  while (ownLines.has(line)) line++;
  return steps.find((step) => step.start > start && places.line(step.start) === line);
}
