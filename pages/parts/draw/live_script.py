"""What reading along needs in the browser, as JavaScript; after `LOOK`."""

SCRIPT = """
const NEAR = 20;  // pixels of the pad that the pen goes before the first reading
const LOST = 3000;  // milliseconds after which an answer will not come any more
const AFTER = 700;  // and after which a stroke has been taken, or the canvas has dropped it
const FIGURE = 300;  // and after which the figures are there
const SVG = 'http://www.w3.org/2000/svg';
// All that is not const is kept between reruns of the page.
let before = () => {}, down = false, far = 0, moved = false, last = [0, 0];
let waits = false, at = -Infinity, timer = 0, later = 0;
let number = -1, found = null;  // the drawing that is read, and what was read last
let page = {};  // what this run of the page shows and asks

// A layer of our own over a figure: far quicker than drawing the figure again.
const layer = (plot, name, shown) => {
  plot.querySelector(`.${name}`)?.remove();
  const { xaxis: across, yaxis: up } = plot._fullLayout || {};
  if (!shown || !across?.l2p || !up?.l2p) return null;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  plot.style.position = 'relative';
  plot.appendChild(svg);
  return {
    at: (x, y) => [across._offset + across.l2p(x), up._offset + up.l2p(y)],
    add: (kind, look, text = '') => {
      const node = svg.appendChild(document.createElementNS(SVG, kind));
      for (const [name, value] of Object.entries(look)) node.setAttribute(name, value);
      node.textContent = text;
    },
  };
};
// The equilibria so far, as a line over the map.
const line = (plot, trail) => {
  const over = layer(plot, 'live-trail', trail.length);
  if (!over) return;
  const points = trail.map(([x, y]) => over.at(x, y));
  const [x, y] = points.at(-1), [, , digit, colour] = trail.at(-1);
  over.add('polyline', { points: points.join(' ') });
  points.forEach(([cx, cy], k) => over.add('circle', { cx, cy, r: 3.5, fill: trail[k][3] }));
  if (!down) return;  // later the map's own path has a head
  over.add('circle', { cx: x, cy: y, r: 13, fill: colour });
  over.add('text', { x, y }, digit);
};
// The bars of the last reading, over those of the drawing before.
const bars = (plot, shares) => {
  const over = layer(plot, 'live-bars', shares), high = 0.36;  // half of a bar, of its place
  plot.classList.toggle('live-measured', !!over);
  if (!over) return;
  shares.forEach(([share, fill, text], k) => {
    const [x, y] = over.at(0, k - high), [right, below] = over.at(100 * share, k + high);
    over.add('rect', { x, y, width: right - x, height: below - y, fill });
    over.add('text', { x: right + 4, y: (y + below) / 2 }, text);
  });
};

// The digit and the picture of the last reading, over those of the drawing before.
const head = () => {
  const value = document.querySelector('.st-key-prediction [data-testid="stMetricValue"]');
  document.querySelector('.live-seen')?.remove();
  const seen = document.querySelector('.st-key-seen img')?.parentElement;
  document.querySelector('.st-key-verdict')?.toggleAttribute('data-before', !!found);
  if (!value || !seen) return;
  if (!found) { delete value.dataset.live; return; }
  value.dataset.live = found.digit;
  value.style.setProperty('--live', found.colour);
  const over = seen.appendChild(document.createElement('img'));
  over.className = 'live-seen';
  over.alt = '';
  over.src = found.seen;
};
// The digit so far, over the pad: on a phone the results are below the screen.
const chip = () => {
  const pad = document.querySelector('.st-key-pad'), old = pad?.querySelector('.live-digit');
  old?.remove();
  if (!pad || !down || !found) return;
  const mark = pad.appendChild(document.createElement('div'));
  mark.className = 'live-digit';
  mark.setAttribute('aria-hidden', 'true');
  mark.style.background = found.colour;
  mark.textContent = found.digit;
};
const measure = () => document.querySelector('.st-key-bars-chart .js-plotly-plot');
const forget = () => {
  found = null;
  head();
};

const ask = async () => {
  if (!down) return;  // the timer is for what follows a stroke
  clearTimeout(timer);
  const pad = document.querySelector('.st-key-pad'), since = performance.now() - at;
  if (!moved || far < NEAR || !pad || waits) return;
  const pause = found?.pause ?? page.pause;
  if (since < pause) { timer = setTimeout(ask, pause - since); return; }
  const sheet = sheetOf(pad, true);
  if (!sheet) return;
  at = performance.now();
  moved = false;
  waits = true;
  try {
    // Unlike toDataURL this leaves the page free meanwhile.
    const body = await new Promise((take) => sheet.toBlob(take));
    const address = `${page.address}?number=${number}`, signal = AbortSignal.timeout(LOST);
    const answer = await fetch(address, { method: 'POST', body, signal });
    const said = answer.status === 200 ? await answer.json() : null;
    if (down && said?.number === number) {
      found = said;
      page.show();
    }
  } catch {
    // The server is gone, or slow: the stroke is read when the pen is lifted.
  } finally {
    waits = false;
    ask();
  }
};

export default function ({ data }) {
  // Streamlit cleans up when the component leaves the page, but not before it runs this again.
  before();
  clearTimeout(later);
  const now = new AbortController(), { signal } = now;
  // While React replaces a figure there are two of it.
  const map = () =>
    [...document.querySelectorAll('.st-key-path-2d-chart .js-plotly-plot')].at(-1);
  let plot = null;
  const show = () => {
    const trail = down && found ? found.trail : data.trail;
    if (plot) line(plot, down || data.still ? trail : []);
  };
  const leave = () => {
    plot?.removeListener?.('plotly_afterplot', show);
    plot?.querySelector('.live-trail')?.remove();
  };
  const attach = () => {
    if (signal.aborted) return;
    if (map() !== plot) leave();
    plot = map();
    if (!plot?.on) return;
    plot.removeListener('plotly_afterplot', show);
    plot.on('plotly_afterplot', show);
    show();
  };

  const start = (event) => {
    const pad = drawsOn(event);
    if (!pad) return;
    down = true;
    last = place(pad, event);
    far = 0;
    moved = false;
    number = data.number;
    map()?.classList.add('live');
  };
  const end = (event) => {
    if (!down || event.isPrimary === false) return;
    down = false;
    clearTimeout(timer);
    chip();
    map()?.classList.remove('live');
    // The canvas drops a stroke that the system has interrupted: what was there counts again.
    if (far >= NEAR) timer = setTimeout(rest, AFTER);
  };
  const move = (event) => {
    if (event.pointerType === 'mouse' && !event.buttons) end(event);  // lifted outside the window
    const pad = down && event.isPrimary !== false && document.querySelector('.st-key-pad');
    if (!pad || !canvas(pad)) return;
    const here = place(pad, event);
    far += Math.hypot(here[0] - last[0], here[1] - last[1]);
    last = here;
    moved = true;
    ask();
  };
  const rest = () => {
    forget();
    if (measure()) bars(measure(), null);
    show();
  };

  page = {
    address: data.address,
    pause: data.pause,
    show: () => {
      head();
      chip();
      show();
      if (measure()) bars(measure(), found.bars);
    },
  };
  if (data.number !== number && !down) clearTimeout(timer);  // the stroke has been read
  if (data.number !== number || !down) forget();
  if (down) number = data.number;
  if (data.on) {
    const listeners = { pointerdown: start, pointermove: move, pointerup: end, pointercancel: end };
    for (const [name, listener] of Object.entries(listeners))
      window.addEventListener(name, listener, { signal, capture: true });
    ask();
  } else down = false;
  chip();
  // The figure is drawn again, a little later: until then it would show what was before.
  if (measure() && !found) later = setTimeout(bars, FIGURE, measure(), null);
  // Now, and when the figure has been drawn again; on a busy machine that takes a while.
  for (const wait of [0, 1, 4, 10]) setTimeout(attach, wait * FIGURE);
  return before = () => {
    now.abort();
    leave();
  };
}
"""
