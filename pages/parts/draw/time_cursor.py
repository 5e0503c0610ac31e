"""Linked charts: while the path plays, a thin line in other charts marks the same solver time.

A few lines of JavaScript in the page. The played figure has the solver time of each frame in its
``layout.meta.times``. Without JavaScript, or if Plotly's internals change, only the line is
missing.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
let before = () => {};  // kept between reruns of the page

export default function ({ data }) {
  // Streamlit cleans up when the component leaves the page, but not before it runs this again.
  before();
  const followers = () => data.followers.flatMap(
    (key) => [...document.querySelectorAll(`.st-key-${key} .js-plotly-plot`)]);
  let leader = null, over = false;

  const clear = () => document.querySelectorAll('.time-cursor').forEach((line) => line.remove());
  const stand = (chart, t) => {
    const layout = chart._fullLayout, axis = layout && layout.xaxis;
    if (!axis || !axis.l2p || !layout._size) return;
    let line = chart.querySelector('.time-cursor');
    if (!line) {
      line = document.createElement('div');
      line.className = 'time-cursor';
      chart.style.position = 'relative';
      chart.appendChild(line);
    }
    Object.assign(line.style, {
      position: 'absolute', width: '2px', pointerEvents: 'none', background: data.colour,
      left: `${axis._offset + axis.l2p(t) - 1}px`, top: `${layout._size.t}px`,
      height: `${layout._size.h}px`,
    });
  };
  const follow = (event) => {
    const meta = leader.layout && leader.layout.meta, t = meta && meta.times[event.name];
    if (t === undefined) return;
    if (event.name === meta.last) clear();  // the still picture again
    else followers().forEach((chart) => stand(chart, t));
  };
  const attach = () => {
    if (over) return;
    leader = document.querySelector(`.st-key-${data.leader} .js-plotly-plot`);
    if (!leader || !leader.on) { setTimeout(attach, 250); return; }
    clear();
    leader.on('plotly_animatingframe', follow);
  };
  attach();
  return before = () => {
    over = true;
    clear();
    if (leader && leader.removeListener) leader.removeListener('plotly_animatingframe', follow);
  };
}
"""

_component = st.components.v2.component("time_cursor", js=_SCRIPT)


def time_cursor(leader: str, followers: list[str], version: str, colour: str) -> None:
    """Let the charts in the containers `followers` follow the played figure in `leader`.

    All are keys of containers; `version` changes whenever the played figure is another one.
    """
    data = {"leader": leader, "followers": followers, "version": version, "colour": colour}
    _component(data=data, key="time-cursor", height="content")
