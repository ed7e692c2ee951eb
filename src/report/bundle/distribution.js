// The distribution of the detection time, for the settings that the reader picks.
import * as common from "./common.js";

const { data } = common;

function option(picked, width) {
  const c = common.colours();
  const times = picked.flatMap((k) => data.curves[k].seconds).filter((t) => t > 0);
  const longest = times.reduce((a, b) => Math.max(a, b), 0);
  const shortest = times.reduce((a, b) => Math.min(a, b), longest);
  const linear = { type: "value", min: 0, name: "detection time T_D", nameLocation: "middle", nameGap: 34,
    nameTextStyle: { color: c.ink, fontSize: 13 }, axisLabel: { color: c.soft, formatter: common.tickTime },
    axisLine: { show: true, lineStyle: { color: c.axis } }, splitLine: { lineStyle: { color: c.rule } } };
  return {
    grid: { left: 84, right: 24, top: 14 + common.legendHeight(picked.map((k) => data.curves[k].name), width), bottom: 60 },
    tooltip: { ...common.tooltip(), trigger: "axis", axisPointer: { type: "line", snap: false, lineStyle: { color: c.axis } },
      formatter: (found) => tip(picked, found[0].axisValue) },
    legend: { left: 80, right: 24, top: 0, textStyle: { color: c.ink, width: 350, overflow: "truncate" } },
    toolbox: common.toolbox("detection_time"),
    xAxis: longest / shortest > 20 ? common.logAxis(times, "detection time T_D", common.tickTime, { nameGap: 34 }) : linear,
    yAxis: { type: "value", min: 0, max: 1, name: "share of crashes detected", nameLocation: "middle", nameGap: 54,
      nameTextStyle: { color: c.ink, fontSize: 13 }, axisLabel: { color: c.soft, formatter: (v) => `${Math.round(v * 100)} %` },
      axisLine: { show: true, lineStyle: { color: c.axis } }, splitLine: { lineStyle: { color: c.rule } } },
    series: picked.map((k, at) => {
      const { name, seconds, share } = data.curves[k];
      // One shape, at the middle of the curve, tells it from the others without colour.
      const middle = share.findIndex((y) => y >= 0.5) + 1;
      return { type: "line", name, data: [[seconds[0], 0], ...seconds.map((t, i) => [t, share[i]])], color: common.colour(at),
        symbol: common.symbols[at % 8], symbolSize: (value, p) => (p.dataIndex === middle ? 9 : 0), showSymbol: true,
        showAllSymbol: true, animation: false, lineStyle: { width: 2 }, emphasis: { focus: "series" } };
    }),
  };
}

// Share of curve k within `seconds`.
function shareAt(k, seconds) {
  const curve = data.curves[k];
  const next = curve.seconds.findIndex((t) => t > seconds);
  if (next < 0) return curve.share[curve.share.length - 1];
  if (next === 0) return 0;
  const [from, to] = [curve.seconds[next - 1], curve.seconds[next]];
  return curve.share[next - 1] + ((curve.share[next] - curve.share[next - 1]) * (seconds - from)) / (to - from);
}

function tip(picked, seconds) {
  const lines = picked.map((k) => `<tr><td style="text-align:right">${common.number(shareAt(k, seconds) * 100, 4)} %</td>` +
    `<td>${common.escapeHtml(data.curves[k].name)}</td></tr>`);
  return `<b>detected within ${common.time(seconds)}</b><table>${lines.join("")}</table>`;
}

export function draw(echarts) {
  const spot = common.place("detection_time", 500);
  if (!spot) return null;
  const chart = echarts.init(spot.canvas);
  const picked = new Set(data.curves.map((c, k) => k).filter((k) => data.curves[k].shown));
  const render = () => chart.setOption(option([...picked].sort((a, b) => a - b), spot.canvas.clientWidth), { notMerge: true });
  if (data.curves.length > 1) {
    const pick = document.createElement("details");
    pick.className = "pick";
    const summary = document.createElement("summary");
    summary.textContent = `Choose among ${data.curves.length} distributions`;
    const list = document.createElement("div");
    data.curves.forEach((curve, k) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = picked.has(k);
      box.addEventListener("change", () => {
        if (box.checked) picked.add(k); else picked.delete(k);
        render();
      });
      label.append(box, ` ${curve.name}`);
      list.appendChild(label);
    });
    pick.append(summary, list);
    spot.controls.replaceWith(pick);
  }
  render();
  return chart;
}
