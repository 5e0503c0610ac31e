"""What is on the pad, as JavaScript that scripts of the page contain."""

LOOK = """
const SIZE = 280;  // of the pad, in pixels

// The first element that the selector finds, also in open shadow roots.
const inside = (node, selector) => node.querySelector(selector) || [...node.querySelectorAll('*')]
  .map((child) => child.shadowRoot && inside(child.shadowRoot, selector)).find(Boolean);
const canvas = (pad) => inside(pad, 'canvas.upper-canvas');
const padOf = (node) => node.closest && node.closest('.st-key-pad');
// The pad on which this event puts the pen down: the first finger or the left button, on the canvas
// itself, while its toolbar's edit tool is off. The keyboard's pen is no pointer.
const drawsOn = (event) => {
  const pad = padOf(event.target), upper = pad && canvas(pad);
  const second = event.isPrimary === false || event.button > 0;
  const edits = pad && inside(pad, '.dc-toolbar [aria-pressed=true]');
  return !second && !edits && upper && event.composedPath().includes(upper) ? pad : null;
};

// What is drawn, on black, at the size of the pad: the canvas that lies below the one for the pen,
// and that one as well while the pen is down. Nothing if there is no such canvas.
const sheetOf = (pad, down) => {
  const upper = canvas(pad), lower = upper?.parentElement?.querySelector('canvas.lower-canvas');
  if (!lower) return null;
  const sheet = document.createElement('canvas'), ink = sheet.getContext('2d');
  sheet.width = sheet.height = SIZE;
  ink.fillRect(0, 0, SIZE, SIZE);
  for (const layer of down ? [lower, upper] : [lower]) ink.drawImage(layer, 0, 0, SIZE, SIZE);
  return sheet;
};
const picture = (pad) => sheetOf(pad, false)?.toDataURL() ?? '';
// Where the pen is, in pixels of the pad.
const place = (pad, event) => {
  const { left, top, width } = canvas(pad).getBoundingClientRect(), scale = SIZE / width;
  return [(event.clientX - left) * scale, (event.clientY - top) * scale];
};
"""
