"""A pen for the keyboard, as JavaScript that the pad's script contains, after `LOOK`.

The canvas knows no keys, but it knows the mouse: the pen sends it the events of a mouse.
"""

from __future__ import annotations

LABEL = (
    "Drawing pad. A digit key places an example of that digit. Arrow keys move a pen, with Shift "
    "in small steps; space puts it down and lifts it. Backspace undoes a stroke, Delete clears."
)

PEN = """
const STEP = 10, FINE = 2;  // pixels of the pad
const ARROWS =
  { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let pen = { x: SIZE / 2, y: SIZE / 2, down: false };  // kept between reruns of the page

const mouse = (pad, ...names) => {
  const { left, top } = canvas(pad).getBoundingClientRect();
  const place = { clientX: left + pen.x, clientY: top + pen.y, bubbles: true, composed: true };
  for (const name of names) canvas(pad).dispatchEvent(new MouseEvent(name, place));
};
const put = (pad) => { pen.down = true; mouse(pad, 'pointerdown', 'mousedown'); };
const lift = (pad) => { if (pen.down) mouse(pad, 'pointerup', 'mouseup'); pen.down = false; };
const move = (pad, [x, y], step) => {
  const within = (value) => Math.min(Math.max(value, STEP), SIZE - STEP);
  Object.assign(pen, { x: within(pen.x + x * step), y: within(pen.y + y * step) });
  if (pen.down) mouse(pad, 'pointermove', 'mousemove');
};
const press = (pad, selector, text) => {
  lift(pad);
  [...document.querySelectorAll(`${selector} button`)]
    .find((button) => !text || button.textContent.trim() === text)?.click();
};

// The dot that shows where the pen is; pages/parts/look/style.py says how it looks.
const show = (pad) => {
  const dot = pad.querySelector('.pad-pen') || pad.appendChild(document.createElement('div'));
  const { left, top } = canvas(pad).getBoundingClientRect(), around = pad.getBoundingClientRect();
  dot.className = pen.down ? 'pad-pen pad-pen-down' : 'pad-pen';
  dot.style.left = `${left - around.left + pen.x}px`;
  dot.style.top = `${top - around.top + pen.y}px`;
};

const keyboard = (label, signal) => {
  if (signal.aborted) return;
  const pad = document.querySelector('.st-key-pad');
  if (!pad || !canvas(pad)) { setTimeout(keyboard, 250, label, signal); return; }
  pad.tabIndex = 0;
  pad.dataset.keys = '';
  pad.setAttribute('role', 'application');  // so that screen readers pass the keys on
  pad.setAttribute('aria-label', label);
  pad.addEventListener('focus', () => show(pad), { signal });
  pad.addEventListener('blur', () => lift(pad), { signal });
  pad.addEventListener('keydown', (event) => {
    const { key } = event;
    if (event.target !== pad || event.ctrlKey || event.altKey || event.metaKey) return;
    if (ARROWS[key]) move(pad, ARROWS[key], event.shiftKey ? FINE : STEP);
    else if (key === ' ') (pen.down ? lift : put)(pad);
    else if (/^[0-9]$/.test(key)) press(pad, '.st-key-example', key);
    else if (key === 'Backspace') press(pad, '.st-key-undo');
    else if (key === 'Delete') press(pad, '.st-key-clear');
    else return;
    event.preventDefault();
    show(pad);
  }, { signal });
};
"""
