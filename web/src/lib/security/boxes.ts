// A checklist as the guide has it: its boxes, each ticked or not by the checks that stand behind it. Pure.

import type { CheckResult } from '../api/security_api';

export interface Box {
  name: string;
  status: CheckResult['status'];
  checks: CheckResult[];
}

const kWorstFirst: CheckResult['status'][] = ['fail', 'warn', 'skip', 'pass'];
const rank = (status: CheckResult['status']): number => kWorstFirst.indexOf(status);

/** In the order of the list; within a box the worst first. A box is as bad as its worst check, and left out only if all of it was. */
export function boxes_of(checks: readonly CheckResult[]): Box[] {
  const names = [...new Set(checks.map(({ box }) => box))];
  return names.map((name) => {
    const inside = checks.filter(({ box }) => box === name).sort((a, b) => rank(a.status) - rank(b.status));
    const looked_at = inside.filter(({ status }) => status !== 'skip');
    return { name, checks: inside, status: looked_at[0]?.status ?? 'skip' };
  });
}
