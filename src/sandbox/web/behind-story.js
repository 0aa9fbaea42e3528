// What is known of each press on its way, joined: the sandbox's own scenes and requests, and what the bot tells of its insides
// (docs/sandbox.md, "Showing its insides"). Knows no page. Times are microseconds of the sandbox's clock.

const PRESSES_MAX = 60;
const REQUESTS_MAX = 600;
const SCENES_MAX = 400;         // of one press; a flow that is tried for hours says much
const APART_US = 4000;          // by which two processes may see the same request at different times
const SPAN_MIN_US = 1000;
const GAP_MIN_US = 100000;
const GAP_SHARE = 0.25;         // of the whole; so there are three gaps at most
const GAP_WIDTH = 0.14;
const MEANWHILE_US = 15000000;  // for how long requests of nobody are shown with the press before them

// Stations of the way, in the order of a legend; each `what` of a scene belongs to one. The rest is 'other'.
export const STATIONS = {
  gateway: 'Gateway', worker: 'Worker', answer: 'Answer', step: 'Step', call: 'REST call', edit: 'Edit', trouble: 'Trouble', other: 'Other',
};
const STATION_OF = {
  frame: 'gateway', dispatch: 'gateway', job: 'worker', press: 'worker', accepted: 'worker', taken: 'worker', acknowledged: 'answer', words: 'answer',
  step: 'step', wait: 'step', call: 'call', wanted: 'edit', edit: 'edit', done: 'answer', failed: 'trouble', died: 'trouble', released: 'trouble',
  given_up: 'trouble', turned: 'trouble', later: 'trouble', left: 'trouble', away: 'trouble', back: 'trouble', restarted: 'trouble', missed: 'trouble',
};
const BAD = new Set(['retry', 'unclear', 'forbidden', 'refused', 'late', 'undone', 'failed']);
const TELLS_OF_ALL = new Set(['died', 'away', 'restarted']);

/** Placeholders are called differently by everybody: "/channels/{channel_id}" and "/channels/<channel>" are the same route. */
const plainRoute = (route) => String(route ?? '').replace(/\{[^}]*\}|<[^>]*>/g, '*');
const spot = (scene) => `${scene.channel}/${scene.message ?? ''}`;
const text = (value) => (value === undefined || value === null ? '' : String(value));

class Press {
  constructor(id, at) {
    Object.assign(this, { id, at, title: null, type: 0, user: null, channel: null, sessions: null, scenes: [], requests: [], pid: null,
      hasFlow: false, isAnswered: false, isOver: false, tellsOfItself: false });
  }

  take(scene, isOurs) {
    this.scenes.push(scene);
    if (this.scenes.length > SCENES_MAX)
      this.scenes.splice(1, 1);
    if (isOurs) {
      if (scene.what === 'frame')
        Object.assign(this, { at: scene.at, title: scene.title, type: scene.type, user: scene.user, channel: scene.channel, sessions: scene.sessions });
      return;
    }
    this.tellsOfItself = true;
    if (['job', 'press', 'taken'].includes(scene.what))
      this.pid = scene.pid ?? this.pid;
    this.hasFlow ||= scene.what === 'accepted';
    this.isAnswered ||= scene.what === 'acknowledged';
    this.isOver ||= ['done', 'given_up'].includes(scene.what);
  }

  /** Whether the bot has nothing more to do for it, as far as it told. */
  isDone() {
    return this.isOver || (this.isAnswered && !this.hasFlow);
  }
}

export class Stories {
  #presses = new Map();     // by interaction
  #flows = new Map();       // flow → press
  #wanted = new Map();      // channel and message → press that wanted its edit last
  #requests = [];
  lastScene = 0;
  lastRequest = 0;

  /** The newest first. */
  get presses() {
    return [...this.#presses.values()].sort((a, b) => b.at - a.at);
  }

  clear() {
    this.#presses.clear();
    this.#flows.clear();
    this.#wanted.clear();
    this.#requests = [];
  }

  /** One entry of GET /sandbox/scenes. Returns the presses that it tells of. */
  takeScene(entry) {
    if (entry.n <= this.lastScene)
      return [];
    this.lastScene = entry.n;

    const isOurs = entry.from === 'sandbox';
    const shift = isOurs ? 0 : (entry.skew_ms ?? 0) * 1000;
    const to = entry.scene.at_us + shift;
    const scene = { ...entry.scene, what: text(entry.scene.what), at: to, from: to - Math.max(Number(entry.scene.took_us) || 0, 0) };
    const concerned = this.#concerned(scene);

    for (const press of concerned)
      press.take(scene, isOurs);
    return concerned;
  }

  /** One entry of GET /sandbox/requests. Returns the presses whose story may change by it. */
  takeRequest(entry) {
    if (entry.n <= this.lastRequest)
      return [];
    this.lastRequest = entry.n;

    const request = { ...entry, at: entry.at_us, from: entry.at_us - (entry.took_us ?? 0), route: entry.route ?? entry.path };
    this.#requests.push(request);
    this.#requests.splice(0, Math.max(this.#requests.length - REQUESTS_MAX, 0));
    return [...this.#presses.values()].filter((p) => p.at <= request.at);
  }

  #press(id, at) {
    if (!this.#presses.has(id)) {
      this.#presses.set(id, new Press(id, at));
      for (const old of this.presses.slice(PRESSES_MAX))
        this.#presses.delete(old.id);
    }
    return this.#presses.get(id);
  }

  #concerned(scene) {
    const unfinished = [...this.#presses.values()].filter((p) => p.tellsOfItself && !p.isDone());
    let press = scene.interaction ? this.#press(scene.interaction, scene.from) : this.#flows.get(scene.flow);

    if (TELLS_OF_ALL.has(scene.what) && !press)
      return unfinished.filter((p) => !scene.pid || p.pid === scene.pid);
    if (!press && scene.what === 'edit')
      press = this.#wanted.get(spot(scene));
    if (!press)
      return [];
    if (scene.flow)
      this.#flows.set(scene.flow, press);
    if (scene.what === 'wanted')
      this.#wanted.set(spot(scene), press);
    return [press];
  }

  // ---- one press as rows of a time line ----

  /**
   * Rows by the time they began: {station, what, scene, request, from, to, outcome, status, isBad, isInside, isGuess}.
   * `request`: what the sandbox saw of it; `isInside`: within the step above; `isGuess`: perhaps another press's, and `isUntold`: of a process
   * that died before it could tell.
   */
  rowsOf(press) {
    const free = new Set(this.#requests.filter((r) => r.at >= press.at));
    const rows = press.scenes.filter((s) => s.what !== 'call' || !isAnswer(s)).map((s) => rowOf(s, this.#requestOf(s, free)));

    // The answer to a press is a request too: one row for both.
    for (const call of press.scenes.filter((s) => s.what === 'call' && isAnswer(s))) {
      const request = this.#requestOf(call, free);
      const said = rows.find((r) => ['acknowledged', 'words'].includes(r.what) && !r.call && isAnswerOf(r.what, call) && near(r.scene, call));

      if (said && !BAD.has(call.outcome))
        Object.assign(said, { from: call.from, call, request, status: call.status });
      else
        rows.push(rowOf(call, request));
    }
    for (const request of free)
      if (request.interaction === press.id)
        rows.push(rowOf({ ...request, what: 'call' }, request));
      else if (!request.interaction && (press.tellsOfItself ? isOfADead(request, press) : request.at < this.#end(press)))
        rows.push({ ...rowOf({ ...request, what: 'call' }, request), isGuess: true, isUntold: press.tellsOfItself });

    rows.sort((a, b) => a.from - b.from || b.to - a.to);
    const steps = rows.filter((r) => r.what === 'step');
    for (const row of rows)
      row.isInside = row.station === 'call' && steps.some((s) => s.from <= row.from && row.to <= s.to + 1);
    return rows;
  }

  #requestOf(scene, free) {
    if (!scene.route)
      return null;
    for (const request of free)
      if (request.method === scene.method && plainRoute(request.route) === plainRoute(scene.route)
        && request.from >= scene.from - APART_US && request.at <= scene.at + APART_US) {
        free.delete(request);
        return request;
      }
    return null;
  }

  /** Until when requests that name no press are shown with this one. */
  #end(press) {
    const next = this.presses.filter((p) => p.at > press.at).at(-1);

    return Math.min(next?.at ?? Infinity, press.at + MEANWHILE_US);
  }
}

/** What a process did last it could not tell any more: between its last word and its death. */
function isOfADead(request, press) {
  return press.scenes.some((died, i) => died.what === 'died' && request.at <= died.at
    && !press.scenes.slice(0, i).some((s) => s.pid === died.pid && s.at >= request.from));
}

const isAnswer = (call) => /\/callback$|\/@original$/.test(call.route ?? '');
const isAnswerOf = (what, call) => /\/callback$/.test(call.route) === (what === 'acknowledged');
const near = (a, b) => Math.abs(a.at - b.at) < APART_US;

function rowOf(scene, request) {
  const status = scene.status ?? request?.status ?? null;
  const outcome = scene.outcome ?? null;

  return {
    scene, request, what: scene.what, station: STATION_OF[scene.what] ?? 'other', from: scene.from, to: scene.at, outcome, status,
    isBad: BAD.has(outcome) || STATION_OF[scene.what] === 'trouble' || (outcome !== 'ok' && status >= 400) || Boolean(request?.fault),
  };
}

/**
 * Where a time stands between 0 and 1. Evenly, but for long stretches in which nothing begins or ends: each becomes a gap of one width, to be
 * marked as such, for two seconds of waiting would leave nothing to be seen of twenty milliseconds of work.
 * {place(us since the press), gaps: [{left, right, tookUs}], spanUs}
 */
export function scaleOf(press, rows) {
  const points = [0, ...rows.flatMap((r) => [r.from - press.at, r.to - press.at])].map((t) => Math.max(t, 0)).sort((a, b) => a - b);
  const spanUs = Math.max(points.at(-1), SPAN_MIN_US);
  const long = points.slice(1).map((to, i) => ({ from: points[i], to })).filter(({ from, to }) => to - from > Math.max(GAP_MIN_US, GAP_SHARE * spanUs));
  const evenUs = Math.max(spanUs - long.reduce((sum, g) => sum + g.to - g.from, 0), 1);
  const evenShare = 1 - long.length * GAP_WIDTH;

  const place = (us) => {
    const t = Math.min(Math.max(us, 0), spanUs);
    let share = 0;
    let even = t;

    for (const { from, to } of long)
      if (t > from) {
        const inside = Math.min(t, to) - from;
        even -= inside;
        share += GAP_WIDTH * (inside / (to - from));
      }
    return share + evenShare * (even / evenUs);
  };
  return { place, spanUs, gaps: long.map(({ from, to }) => ({ left: place(from), right: place(to), tookUs: to - from })) };
}

/** How a press went, in a few words and numbers. */
export function summaryOf(press, rows) {
  const answer = rows.find((r) => r.what === 'acknowledged' && r.outcome !== 'late')
    ?? rows.find((r) => r.station === 'call' && /\/callback$/.test(r.scene.route ?? '') && r.status < 300);
  const count = (f) => rows.filter(f).length;

  return {
    answeredUs: answer ? answer.to - press.at : null,
    tookUs: Math.max(...rows.map((r) => r.to), press.at) - press.at,
    nDeaths: count((r) => r.what === 'died'),
    nRetries: count((r) => ['retry', 'unclear'].includes(r.outcome) && r.what !== 'call'),
    nFaults: count((r) => r.request?.fault),
    hasFailed: rows.some((r) => r.what === 'failed'),
    isUndone: rows.some((r) => r.what === 'done' && r.outcome === 'undone'),
  };
}
