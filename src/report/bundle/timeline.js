// One run, beat by beat: zoom and move through all recorded minutes.
import * as common from "./common.js";

const { data } = common;
const t = data.timeline;
const rowsOfLane = 3 + t.labels.length;

// Rows from top to bottom: per lane its name, its beats, its arrivals, then one row per detector.
function rowNames() {
  return t.lanes.flatMap((lane) => [lane.monitored, "sent", "arrived", ...t.labels]);
}

function bars(name, items, fill, tip, z) {
  return {
    type: "custom", name, animation: false, z, clip: true, encode: { x: [0, 1], y: 2 },
    data: items.map((s) => ({ value: [s.from, s.to, s.row, s.rows], span: s })),
    tooltip: { formatter: (p) => tip(p.data.span) },
    renderItem(params, api) {
      const span = items[params.dataIndex];
      const a = api.coord([api.value(0), api.value(2)]);
      const b = api.coord([api.value(1), api.value(2)]);
      const unit = api.size([0, 1])[1];
      const high = span.rows > 1 ? unit * span.rows : unit * 0.6;
      const top = span.rows > 1 ? a[1] - unit / 2 : a[1] - high / 2;
      const area = params.coordSys;
      const left = Math.max(a[0], area.x);
      const right = Math.min(Math.max(b[0], a[0] + 1.5), area.x + area.width);
      if (right <= left) return null;
      return { type: "rect", shape: { x: left, y: top, width: right - left, height: high }, style: fill(span) };
    },
  };
}

function ticks(name, items, symbol, size, colour, text) {
  return {
    type: "scatter", name, animation: false, symbol, symbolSize: size, itemStyle: { color: colour }, z: 4, large: false,
    data: items, tooltip: { formatter: (p) => `${text} at ${common.number(p.value[0], 7)} s` },
  };
}

function series() {
  const c = common.colours();
  const out = [];
  const truth = [];
  const beats = [];
  const arrivals = [];
  const losses = [];
  const suspicions = [];
  t.lanes.forEach((lane, i) => {
    const top = i * rowsOfLane + 1;
    for (const [from, to, what, node] of lane.truth) truth.push({ from, to, what, node, row: top, rows: rowsOfLane - 1 });
    for (const time of lane.sends) beats.push([time, top]);
    for (const time of lane.losses) losses.push([time, top]);
    for (const time of lane.arrivals) arrivals.push([time, top + 1]);
    for (const [from, to, what, label] of lane.suspicions) {
      suspicions.push({ from, to, what, label, row: top + 2 + t.labels.indexOf(label), rows: 1 });
    }
  });
  // The dead part of a suspicion lies on top of the suspected one.
  suspicions.sort((a, b) => (a.what === "dead") - (b.what === "dead"));
  const length = (s) => `from ${common.number(s.from, 7)} s for ${common.time(s.to - s.from)}`;
  for (const kind of ["crash", "stall", "partition", "gray"]) {
    const items = truth.filter((s) => s.what === kind);
    if (!items.length) continue;
    out.push({ ...bars(kind, items, () => ({ fill: c[kind] }), (s) => `${s.what === "gray" ? "gray failure" : s.what} of ${common.escapeHtml(s.node)} ${length(s)}`, 1), itemStyle: { color: c[kind] } });
  }
  out.push(ticks("heartbeat, arrival", beats, "rect", [1.4, 11], c.axis, "heartbeat sent"));
  out.push(ticks("heartbeat, arrival", arrivals, "rect", [1.4, 11], c.axis, "heartbeat arrived"));
  out.push(ticks("lost", losses, "path://M-4-4L4 4M4-4L-4 4", 9, c.lost, "heartbeat lost, sent"));
  out[out.length - 1].itemStyle = { color: c.lost, borderColor: c.lost, borderWidth: 2 };
  const style = (s) => ({ fill: common.colour(data.labels.indexOf(s.label)), opacity: s.what === "dead" ? 1 : 0.55 });
  const tip = (s) => `<b>${common.escapeHtml(s.label)}</b>: ${common.escapeHtml(s.what)} ${length(s)}`;
  out.push({ ...bars("suspected (pale), dead (full)", suspicions, style, tip, 3), itemStyle: { color: c.soft } });
  return out;
}

export function draw(echarts) {
  if (!t.lanes.length) return null;
  const spot = common.place("timeline", 130 + t.lanes.length * (rowsOfLane * 24 + 8));
  if (!spot) return null;
  const c = common.colours();
  const chart = echarts.init(spot.canvas);
  chart.setOption({
    grid: { left: 150, right: 24, top: 36, bottom: 90 }, tooltip: { ...common.tooltip(), trigger: "item" },
    legend: { left: 146, top: 0, itemHeight: 11, itemWidth: 16, textStyle: { color: c.ink } },
    xAxis: { type: "value", min: 0, max: t.end, name: "time since the measurement began", nameLocation: "middle", nameGap: 30, nameTextStyle: { color: c.ink, fontSize: 13 },
      axisLabel: { color: c.soft, formatter: (v) => `${common.number(v, 7)} s`, hideOverlap: true, showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: c.rule } }, axisLine: { show: true, lineStyle: { color: c.axis } } },
    yAxis: { type: "category", inverse: true, data: rowNames(), axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: false },
      axisLabel: { color: c.soft, interval: 0, width: 136, overflow: "truncate",
        formatter: (name, i) => (i % rowsOfLane === 0 ? `{node|${name}}` : name), rich: { node: { color: c.ink, fontWeight: 600 } } } },
    dataZoom: [
      { type: "slider", showDataShadow: false, startValue: t.from, endValue: t.to, filterMode: "none", height: 20, bottom: 8, labelFormatter: (v) => `${common.number(v, 4)} s`, textStyle: { color: c.soft }, brushSelect: false },
      { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true },
    ],
    series: series(),
  });
  return chart;
}
