// Uploads with progress. fetch can't report how much has been sent, so this is the one place with
// XMLHttpRequest. RFC 8620 §6.1.

import { ApiError, NetworkError, type ProblemDetails } from './errors';
import type { JmapClient } from './client';
import type { Id } from './types';

export interface Upload {
  promise: Promise<{ blobId: Id; size: number; type: string }>;
  cancel(): void;
}

export function upload(
  client: JmapClient,
  account: Id,
  file: Blob,
  on_progress: (fraction: number) => void,
): Upload {
  const request = new XMLHttpRequest();
  let canceled = false;
  const promise = client.transport.freshToken().then(
    (token) =>
      new Promise<{ blobId: Id; size: number; type: string }>((resolve, reject) => {
        if (canceled) return reject(new DOMException('canceled', 'AbortError'));
        request.open('POST', client.uploadUrl(account));
        request.setRequestHeader('Authorization', `Bearer ${token}`);
        request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
        request.upload.onprogress = (event) => {
          if (event.lengthComputable) on_progress(event.loaded / event.total);
        };
        request.onload = () => {
          const answer = parse(request.responseText);
          if (request.status >= 200 && request.status < 300) {
            resolve(answer as { blobId: Id; size: number; type: string });
          } else {
            reject(new ApiError(request.status, (answer ?? {}) as ProblemDetails));
          }
        };
        request.onerror = () => reject(new NetworkError('upload'));
        request.onabort = () => reject(new DOMException('canceled', 'AbortError'));
        request.send(file);
      }),
  );
  return {
    promise,
    cancel: () => {
      canceled = true;
      request.abort();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
