// Mail for `npm run dev:fake`: enough variety to look at every part of the app.

import type { FakeServer } from '../src/lib/jmap/fake_server';

const people: [string, string][] = [
  ['Ada Lovelace', 'ada@analytical.example'], ['Grace Hopper', 'grace@navy.example'], ['Søren Kjær', 'soren@fjord.example'],
  ['李小龍', 'xiaolong@beispiel.example'], ['María José Núñez', 'mj@correo.example'], ['Hedy Lamarr', 'hedy@radio.example'],
  ['Field Notes Weekly', 'news@fieldnotes.example'], ['Юрий Гагарин', 'yuri@kosmos.example'], ['Katherine Johnson', 'katherine@orbit.example'],
];
const subjects = [
  'Notes on the engine', 'Lunch on Thursday?', 'Sommerfest: wer bringt was mit?', '关于下周的会议', 'Your tickets for the night train', 'Invoice 2026-1142',
  'Re: shape of the release', 'Los apuntes de la reunión', 'Photographs from the lake', 'A question about prime numbers', 'Отчёт за ноябрь', 'Welcome to the choir',
];
const words = 'the engine weaves algebraical patterns just as the loom weaves flowers and leaves; bring the drawings when you come on Thursday and we shall look at the second card together'.split(' ');

export function fill(server: FakeServer, count: number): void {
  const now = Date.now();
  for (let i = count; i > 0; i--) {
    const [name, email] = people[i % people.length] as [string, string];
    const subject = subjects[i % subjects.length] as string;
    const text = Array.from({ length: 30 + ((i * 7) % 60) }, (_, w) => words[(w * 5 + i) % words.length]).join(' ');
    server.add({
      id: `e${i}`, threadId: i % 4 === 0 ? `t${i}` : `t${Math.ceil(i / 4) * 4}`, subject, from: [{ name, email }], receivedAt: new Date(now - i * i * 420_000 - i * 60_000).toISOString(),
      preview: text.slice(0, 120), keywords: i > 6 ? { $seen: true, ...(i % 9 === 0 ? { $flagged: true } : {}) } : {}, hasAttachment: i % 5 === 0,
      mailboxIds: { [i % 17 === 0 ? 'm8' : 'm1']: true },
      bodyValues: { 1: { value: `Dear friend,\n\n${text}.\n\nSee https://example.org/notes?id=${i} or write to ${email}.\n\n-- \n${name}\n\nOn 3 May 2026, Me <me@example.org> wrote:\n> ${text.slice(0, 70)}\n> ${text.slice(70, 140)}`, isTruncated: false, isEncodingProblem: false } },
      attachments: i % 5 === 0 ? [{ partId: '2', blobId: 'bpng', size: 68, name: 'drawing of the second card.png', type: 'image/png', disposition: 'attachment', cid: null }, { partId: '3', blobId: 'bpng', size: 1_240_000, name: 'notes.pdf', type: 'application/pdf', disposition: 'attachment', cid: null }] : [],
    });
  }
  const html = `<html><head><style>.h{color:#2b2b60;font-family:Georgia,serif}</style></head><body style="background:#f3efe6"><table width="600" align="center" cellpadding="24" style="background:#ffffff;margin:0 auto"><tr><td><h1 class="h">Field Notes, no. 48</h1><p><img src="https://images.fieldnotes.example/cover.jpg" width="552" height="220" alt="cover"></p><p>Good morning. This week: <b>how lichens measure time</b>, a map of quiet places, and a recipe for pine syrup.</p><p><a href="https://fieldnotes.example/48">Read the issue online</a></p><p><img src="cid:pic@1" alt="inline" width="48" height="48"></p><script>alert(1)</script></td></tr></table></body></html>`;
  server.add({
    id: 'e9000', subject: 'Field Notes no. 48: how lichens measure time', from: [{ name: 'Field Notes Weekly', email: 'news@fieldnotes.example' }], preview: 'Good morning. This week: how lichens measure time, a map of quiet places …',
    receivedAt: new Date(now - 200_000).toISOString(),
    bodyValues: { h: { value: html, isTruncated: false, isEncodingProblem: false }, 1: { value: 'Good morning.', isTruncated: false, isEncodingProblem: false } },
    htmlBody: [{ partId: 'h', blobId: null, size: 1, name: null, type: 'text/html', disposition: null, cid: null }],
    attachments: [{ partId: '2', blobId: 'bpng', size: 68, name: 'pic.png', type: 'image/png', disposition: 'inline', cid: 'pic@1' }],
  });
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  server.blobs.set('bpng', { bytes: Uint8Array.from(atob(png), (char) => char.charCodeAt(0)), type: 'image/png' });
}
