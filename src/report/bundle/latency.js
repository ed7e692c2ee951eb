// Detection time against mistake rate.
import * as common from "./common.js";

const { data } = common;
const latencies = ["mean", "p50", "p99", "max"];
const mostWhiskers = 160;  // As in the static chart.

function points(view) {
  const out = [];
  for (const row of data.rows) {
    if (row[1] !== view.state || (view.condition !== "" && row[3] !== view.condition)) continue;
    const x = common.estimate(row, view.latency);
    const rate = common.estimate(row, "rate");
    const none = !(rate.mean > 0);
    const y = none ? rate.hi : rate.mean;
    if (x.mean > 0 && y > 0) out.push({ row, x, rate, none, y, best: false });
  }
  return out;
}

// Per condition, the points that no other one beats; fastest first.
function fronts(all) {
  const groups = new Map();
  for (const p of all) {
    if (!groups.has(p.row[3])) groups.set(p.row[3], []);
    groups.get(p.row[3]).push(p);
  }
  return [...groups.entries()].map(([condition, group]) => {
    const rate = (p) => (p.none ? 0 : p.rate.mean);
    let least = Infinity;
    const front = [...group].sort((a, b) => a.x.mean - b.x.mean || rate(a) - rate(b)).filter((p) => {
      p.best = rate(p) < least;
      least = Math.min(least, rate(p));
      return p.best;
    });
    return { condition, front };
  });
}

function whiskers(shown) {
  return {
    type: "custom", silent: true, z: 2, animation: false, clip: true, tooltip: { show: false },
    data: shown.map((p) => [p.x.mean, p.y, p.x.lo, p.x.hi, p.none ? null : p.rate.lo, p.none ? null : p.rate.hi, p.row[0]]),
    dimensions: ["x", "y", "xl", "xh", "yl", "yh", "series"], encode: { x: 0, y: 1 },
    renderItem(params, api) {
      const lines = [];
      const style = { stroke: common.colour(api.value(6)), lineWidth: 1.2, opacity: 0.5 };
      const add = (from, to) => {
        const a = api.coord(from);
        const b = api.coord(to);
        if ([...a, ...b].every(Number.isFinite)) {
          lines.push({ type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style });
        }
      };
      if (api.value(3) > api.value(2)) add([api.value(2), api.value(1)], [api.value(3), api.value(1)]);
      // The lower end of one or two events lies near zero: cut at the axis, not dropped.
      if (api.value(5) > 0) {
        add([api.value(0), Math.max(api.value(4), api.value(1) / 1e3)], [api.value(0), api.value(5)]);
      }
      return { type: "group", children: lines };
    },
  };
}

function lines(found) {
  const c = common.colours();
  const style = { color: c.ink, width: 1.6, opacity: 0.75 };
  const out = [];
  for (const { condition, front } of found) {
    const seen = front.filter((p) => !p.none).map((p) => [p.x.mean, p.y]);
    const base = { type: "line", silent: true, symbol: "none", z: 3, animation: false, tooltip: { show: false } };
    if (seen.length) out.push({ ...base, data: seen, lineStyle: style });
    if (seen.length && condition !== "" && found.length > 1) {
      // The condition's name, above the fastest setting of its line.
      out.push({ type: "scatter", silent: true, symbolSize: 0, data: [seen[0]], animation: false, tooltip: { show: false },
        label: { show: true, formatter: condition, position: "right", distance: 8, offset: [0, -10], color: c.soft } });
    }
    const none = front.find((p) => p.none);
    if (none && seen.length) {
      out.push({ ...base, data: [seen[seen.length - 1], [none.x.mean, none.y]], lineStyle: { ...style, type: "dashed" } });
    }
  }
  return out;
}

function scatter(all) {
  const c = common.colours();
  return data.names.map((name, k) => ({
    type: "scatter", name, z: 4, animation: false, symbol: common.symbols[k % 8], symbolSize: 9,
    itemStyle: { color: common.colour(k) },
    data: all.filter((p) => p.row[0] === k).map((p) => ({
      value: [p.x.mean, p.y], row: p.row,
      ...(p.none ? { symbol: common.boundArrow, symbolSize: [11, 14], symbolOffset: [0, "50%"] } : {}),
      itemStyle: p.none
        ? { color: c.paper, borderColor: common.colour(k), borderWidth: 1.5, opacity: p.best ? 1 : 0.6 }
        : { color: common.colour(k), opacity: p.best ? 1 : 0.4, borderColor: c.paper, borderWidth: 0.6 },
    })),
  }));
}

export function draw(echarts) {
  const spot = common.place("latency_mistakes", 560);
  if (!spot) return null;
  const chart = echarts.init(spot.canvas);
  const conditions = [...new Set(data.rows.map((r) => r[3]))];
  const view = { state: Math.max(0, data.states.indexOf(data.state)), latency: "mean", condition: "" };
  const render = () => {
    const all = points(view);
    const found = fronts(all);
    const whiskered = all.length <= mostWhiskers ? all : all.filter((p) => p.best);
    const least = all.reduce((a, p) => Math.min(a, p.y), Infinity);
    const ys = all.flatMap((p) => [p.y, ...(p.none ? [] : [Math.max(p.rate.lo, least / 8), p.rate.hi])]);
    const measure = data.measures[common.measureIndex(view.latency)];
    chart.setOption({
      grid: { left: 84, right: 24, top: 36, bottom: 60 }, tooltip: { ...common.tooltip(), trigger: "item",
        formatter: (p) => (p.data && p.data.row ? common.rowTip(p.data.row) : "") },
      legend: { type: "scroll", itemWidth: 12, itemHeight: 12, itemGap: 18, left: 80, right: 24, top: 0, data: data.names, textStyle: { color: common.colours().ink } },
      toolbox: common.toolbox("latency_mistakes"),
      xAxis: common.logAxis(all.flatMap((p) => [p.x.mean, p.x.lo, p.x.hi]), measure.name, common.tickTime, { nameGap: 34 }),
      yAxis: common.logAxis(ys, "mistakes per hour and pair", (v) => common.number(v), { nameGap: 58 }),
      series: [...scatter(all), whiskers(whiskered), ...lines(found)],
    }, { notMerge: true });
  };
  const set = (key, read) => (value) => { view[key] = read(value); render(); };
  common.choice(spot.controls, "Detection time", latencies.map((k) => [k, data.measures[common.measureIndex(k)].name]),
    view.latency, set("latency", String));
  common.choice(spot.controls, "State", common.stateChoice(), String(view.state), set("state", Number));
  if (conditions.length > 1) {
    common.choice(spot.controls, "Under", [["", "all conditions"], ...conditions.map((q) => [q, q])], "", set("condition", String));
  }
  render();
  return chart;
}
