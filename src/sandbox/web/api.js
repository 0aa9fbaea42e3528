// The sandbox's control API: calls over HTTP, news over one WebSocket.

/** A call that was answered with an error; `message` is the sandbox's own sentence. */
export class ApiError extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function call(method, path, body) {
  let response;

  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
    });
  } catch {
    throw new ApiError(0, 'The sandbox does not answer.');
  }

  const text = await response.text();
  let json = {};
  try {
    json = text ? JSON.parse(text) : {};
  } catch {
    throw new ApiError(response.status, 'The sandbox answered something that is not JSON.');
  }
  if (!response.ok)
    throw new ApiError(response.status, json.error ?? `The sandbox answered ${response.status}.`);
  return json;
}

function query(path, parameters) {
  return `${path}?${new URLSearchParams(parameters)}`;
}

export const api = {
  state: (as) => call('GET', query('/sandbox/state', { as })),
  /** what: {query, channel, ids, limit}, each of which may be left out. Answers {members, total}. */
  people: (what) => call('GET', query('/sandbox/people', what)),
  messages: (as, channel) => call('GET', query('/sandbox/messages', { as, channel })),
  act: (as, action) => call('POST', '/sandbox/act', { as, ...action }),
  interaction: (id, wait, until) =>
    call('GET', query(`/sandbox/interaction/${encodeURIComponent(id)}`, { wait, until })),
  scenes: (after) => call('GET', query('/sandbox/scenes', { after })),
  requests: (after) => call('GET', query('/sandbox/requests', { after })),
  effects: (after) => call('GET', query('/sandbox/effects', { after, wait: 0 })),
  faults: async () => (await call('GET', '/sandbox/fault')).rules,
  addFault: (rule) => call('POST', '/sandbox/fault', rule),
  clearFaults: () => call('DELETE', '/sandbox/fault'),
  gateway: (what) => call('POST', '/sandbox/gateway', what),
  world: (what) => call('POST', '/sandbox/world', what),
  reset: () => call('POST', '/sandbox/reset', {}),
};

/**
 * Listens as one person. `on.event(type, data)` for every push, `on.up()` after each (re)connection, when whatever was
 * missed has to be fetched, and `on.down()` when the line breaks. Returns a function that ends it.
 */
export function listen(as, on) {
  let socket = null;
  let timer = null;
  let delay = 250;
  let over = false;

  const connect = () => {
    const url = new URL(query('/sandbox/events', { as }), location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      delay = 250;
      on.up();
    });
    socket.addEventListener('message', ({ data }) => {
      let push;
      try {
        push = JSON.parse(data);
      } catch {
        return;
      }
      if (!over && push && typeof push.type === 'string')
        on.event(push.type, push.data);
    });
    socket.addEventListener('close', () => {
      if (over)
        return;
      on.down();
      timer = setTimeout(connect, delay);
      delay = Math.min(delay * 2, 4000);
    });
  };

  connect();
  return () => {
    over = true;
    clearTimeout(timer);
    socket.close();
  };
}
