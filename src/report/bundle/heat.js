// Two parameters at once, any measure.
import * as common from "./common.js";

const { data } = common;
const ramp = ["#fff7d6", "#fed98e", "#fba050", "#de5f3c", "#a0284b", "#4a124d"];

// Parameters of a detector that take more than one numeric value, most values first.
function axesOf(label, state) {
  const rows = data.rows.filter((r) => r[0] === label && r[1] === state);
  return data.parameters.map((p, i) => {
    const values = [...new Set(rows.map((r) => r[4][i]))].filter((v) => v !== null);
    return { i, p, values: values.every((v) => typeof v === "number") ? values.sort((a, b) => a - b) : [] };
  }).filter((a) => a.values.length > 1).sort((a, b) => b.values.length - a.values.length);
}

const axisText = (axis) => (v) => (axis.p.time ? common.time(v, 4) : common.number(v, 6));

function cells(view, x, y) {
  const rows = data.rows.filter((r) => r[0] === view.label && r[1] === view.state);
  const first = rows[0];
  const others = data.parameters.map((p, i) => i).filter((i) => i !== x.i && i !== y.i);
  const fixed = others.filter((i) => new Set(rows.map((r) => r[4][i])).size > 1);
  const shown = rows.filter((r) => fixed.every((i) => r[4][i] === first[4][i]));
  const slice = fixed.map((i) => {
    const p = data.parameters[i];
    return `${p.name} ${p.time ? common.time(first[4][i], 4) : first[4][i]}`;
  });
  return { shown, slice: slice.join(", ") };
}

function option(view, measure, x, y) {
  const c = common.colours();
  const { shown, slice } = cells(view, x, y);
  const value = (r) => common.estimate(r, measure.key).mean;
  const positive = shown.map(value).filter((v) => v > 0);
  const logarithmic = positive.length > 0 && Math.max(...positive) / Math.min(...positive) > 8 && measure.unit !== "share";
  const shade = (v) => (logarithmic ? Math.log10(v) : v);
  const none = (r) => !(value(r) > 0);
  const seen = shown.filter((r) => !none(r));
  const shades = seen.map((r) => shade(value(r)));
  const lo = shades.length ? Math.min(...shades) : 0;
  const hi = shades.length ? Math.max(...shades) : 1;
  const short = (v) => (measure.unit === "s" ? common.time(v) : common.number(v, measure.unit === "share" ? 6 : 3));
  const at = (r) => [x.values.indexOf(r[4][x.i]), y.values.indexOf(r[4][y.i])];
  const room = x.values.length <= 18;
  const digits = x.values.length > 10 ? 2 : 3;
  const inCell = (v) => (measure.unit === "s" ? common.time(v, digits) : common.number(v, measure.unit === "share" ? 5 : digits));
  const reversed = measure.worse ? ramp : [...ramp].reverse();
  const cell = (r, v) => {
    const share = hi > lo ? (v - lo) / (hi - lo) : 0.5;
    return { value: [...at(r), v], row: r, label: { color: (measure.worse ? share > 0.55 : share < 0.45) ? "#fff" : "#1c2733" } };
  };
  const category = (axis, gap) => ({
    type: "category", data: axis.values.map(axisText(axis)), name: common.axisName(axis.p), nameLocation: "middle", nameGap: gap,
    nameTextStyle: { color: c.ink, fontSize: 13 }, axisLabel: { color: c.soft, hideOverlap: true },
    axisLine: { lineStyle: { color: c.axis } }, splitArea: { show: false },
  });
  return {
    title: { text: slice && `With ${slice}`, left: 110, top: 0, textStyle: { fontSize: 13, fontWeight: "normal", color: c.soft } },
    grid: { left: 110, right: 24, top: slice ? 56 : 44, bottom: 60 }, toolbox: { ...common.toolbox("heat_map"), feature: { saveAsImage: common.toolbox("heat_map").feature.saveAsImage } },
    tooltip: { ...common.tooltip(), formatter: (p) => (p.data && p.data.row ? common.rowTip(p.data.row) : "") },
    xAxis: category(x, 34), yAxis: category(y, 78),
    visualMap: { min: lo, max: hi > lo ? hi : lo + 1, calculable: true, orient: "horizontal", left: 110, top: slice ? 20 : 0, itemHeight: 180, itemWidth: 12,
      inRange: { color: reversed }, seriesIndex: 0, formatter: (v) => short(logarithmic ? 10 ** v : v), textStyle: { color: c.soft } },
    series: [
      { type: "heatmap", animation: false, data: seen.map((r) => cell(r, shade(value(r)))),
        itemStyle: { borderColor: c.paper, borderWidth: x.values.length > 60 ? 0 : 1 },
        label: { show: room, formatter: (p) => inCell(value(p.data.row)), fontSize: 11 } },
      { type: "heatmap", animation: false, data: shown.filter(none).map((r) => ({ value: [...at(r), 0], row: r, itemStyle: { color: c.none } })),
        itemStyle: { color: c.none, borderColor: c.paper, borderWidth: 1 },
        label: { show: room, formatter: "none", color: c.soft, fontSize: 11 } },
    ],
  };
}

export function draw(echarts) {
  const labels = data.labels.map((l, k) => k).filter((k) => axesOf(k, 0).length > 1);
  if (!labels.length) return null;
  const spot = common.place("heat_map", 480);
  if (!spot) return null;
  const chart = echarts.init(spot.canvas);
  const size = (k) => axesOf(k, 0).slice(0, 2).reduce((n, a) => n * a.values.length, 1);
  const view = { label: labels.reduce((a, b) => (size(b) > size(a) ? b : a)), state: Math.max(0, data.states.indexOf(data.state)), measure: "rate" };
  const render = () => {
    const [x, y] = axesOf(view.label, view.state);
    if (!y) { chart.clear(); return; }
    chart.setOption(option(view, data.measures[common.measureIndex(view.measure)], x, y), { notMerge: true });
  };
  const set = (key, read) => (value) => { view[key] = read(value); render(); };
  common.choice(spot.controls, "Detector", labels.map((k) => [String(k), data.names[k]]), String(view.label), set("label", Number));
  common.choice(spot.controls, "Measure", data.measures.map((m) => [m.key, m.name]), view.measure, set("measure", String));
  common.choice(spot.controls, "State", common.stateChoice(), String(view.state), set("state", Number));
  render();
  return chart;
}
