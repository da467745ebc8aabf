// @ts-check
// Requests to /api/v1, and the problems that it answers with (RFC 9457).

const base = '/api/v1';

/** A Problem is a refusal: its message is a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} status 0 if the server could not be reached
   * @param {string} code one of a short closed list, as "forbidden"; "offline" if it could not be reached
   * @param {string} detail
   */
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }

  /** passing reports whether the same may succeed later. */
  get passing() { return this.status === 0 || this.status === 429 || this.status >= 502; }
}

/** @returns {Problem} */
export function offline() { return new Problem(0, 'offline', 'The server can’t be reached.'); }

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problem(response) {
  try {
    const body = await response.json();
    return new Problem(response.status, body.code || 'internal', body.detail || body.title);
  } catch {
    return new Problem(response.status, 'internal', response.statusText || `HTTP ${response.status}`);
  }
}

/**
 * request asks for a resource and returns its JSON; null if it has none.
 * @param {string} method
 * @param {string} path below /api/v1, as "/rooms/lobby"
 * @param {unknown} [body] sent as JSON; a file as it is
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function request(method, path, body, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  const file = body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = file ? body.type || 'application/octet-stream' : 'application/json';
  let response;
  try {
    response = await fetch(base + path, {
      method, headers, signal: options.signal,
      body: body === undefined || file ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw offline();
  }
  if (!response.ok) throw await problem(response);
  return response.status === 204 || response.headers.get('Content-Length') === '0' ? null : response.json();
}

/** @param {string} path @param {{signal?: AbortSignal}} [options] */
export const get = (path, options) => request('GET', path, undefined, options);
/** @param {string} path @param {unknown} [body] */
export const post = (path, body) => request('POST', path, body);
/** @param {string} path @param {unknown} body */
export const patch = (path, body) => request('PATCH', path, body);
/** @param {string} path @param {unknown} [body] */
export const put = (path, body) => request('PUT', path, body);
/** @param {string} path @param {unknown} [body] */
export const del = (path, body) => request('DELETE', path, body);

/**
 * query makes "?a=1&b=2" of what is set.
 * @param {Record<string, string | number | boolean | undefined | null>} values
 */
export function query(values) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size ? '?' + search : '';
}

/**
 * upload sends a file and tells how far it got, which fetch can't.
 * @param {File | Blob} file
 * @param {string} name
 * @param {(share: number) => void} progress 0 to 1
 * @param {AbortSignal} cancel
 * @returns {Promise<Api.File>}
 */
export function upload(file, name, progress, cancel) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', base + '/uploads' + query({ name }));
    xhr.setRequestHeader('Accept', 'application/json');
    xhr.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    xhr.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    xhr.onerror = () => reject(offline());
    xhr.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    xhr.onload = () => settle(xhr, resolve, reject);
    cancel.addEventListener('abort', () => xhr.abort());
    xhr.send(file);
  });
}

/**
 * @param {XMLHttpRequest} xhr
 * @param {(file: Api.File) => void} resolve
 * @param {(problem: Problem) => void} reject
 */
function settle(xhr, resolve, reject) {
  let body;
  try {
    body = JSON.parse(xhr.responseText);
  } catch {
    body = {};
  }
  if (xhr.status >= 200 && xhr.status < 300) resolve(body);
  else reject(new Problem(xhr.status, body.code || 'internal', body.detail || xhr.statusText));
}
