import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../api/security_api';
import { boxes_of } from './boxes';

const check = (box: string, status: CheckResult['status'], id = `${box}.${status}`): CheckResult => ({ id, box, title: id, weight: 'must', status, evidence: '', mend: '' });

describe('the boxes of a checklist', () => {
  it('keep the order of the list, and show the worst of each first', () => {
    const boxes = boxes_of([check('b', 'pass'), check('a', 'pass'), check('b', 'fail'), check('b', 'warn')]);
    expect(boxes.map(({ name, status }) => `${name} ${status}`)).toEqual(['b fail', 'a pass']);
    expect(boxes[0]?.checks.map(({ status }) => status)).toEqual(['fail', 'warn', 'pass']);
  });
  it('are ticked although something could not be looked at, and not ticked when nothing could', () => {
    expect(boxes_of([check('a', 'skip'), check('a', 'pass'), check('b', 'skip')]).map(({ status }) => status)).toEqual(['pass', 'skip']);
  });
});
