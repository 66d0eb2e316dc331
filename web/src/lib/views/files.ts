// Saving and opening files in the browser.

const kRevokeMs = 60_000; // long enough for a slow tab or a save dialog to begin reading

export function save_blob(blob: Blob, name: string): void {
  follow(blob, (link) => (link.download = name));
}

/** Opens in a new tab. Only for types from viewable_type(): a blob of HTML would run in our origin. */
export function open_blob(blob: Blob, safe_type: string): void {
  follow(new Blob([blob], { type: safe_type }), (link) => {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  });
}

export async function data_uri(blob: Blob, type: string): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  const kChunk = 0x8000; // String.fromCharCode takes that many arguments everywhere
  for (let i = 0; i < bytes.length; i += kChunk) binary += String.fromCharCode(...bytes.subarray(i, i + kChunk));
  return `data:${type};base64,${btoa(binary)}`;
}

function follow(blob: Blob, prepare: (link: HTMLAnchorElement) => void): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  prepare(link);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), kRevokeMs);
}
