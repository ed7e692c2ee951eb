// What every chart needs: the data, colours, units, controls.

export const data = JSON.parse(document.getElementById("data").textContent);

const light = {
  ink: "#1c2733", soft: "#51606f", rule: "#dde3e9", axis: "#7d8a97", paper: "#ffffff", none: "#e9edf1",
  series: ["#0b6bb8", "#c8500a", "#0a7f5a", "#a2398f", "#8a6d00", "#5b4bc4", "#b0243a", "#4d5b66"],
  crash: "rgba(179,38,30,.2)", stall: "rgba(194,138,0,.24)", partition: "rgba(91,75,196,.18)", gray: "rgba(77,91,102,.3)", lost: "#b3261e",
};
const dark = {
  ink: "#e6ebf0", soft: "#a5b2bf", rule: "#2b3540", axis: "#7d8a97", paper: "#12181f", none: "#29323c",
  series: ["#5db0f2", "#ff9a5c", "#3fcf9e", "#e58ad6", "#e0c04a", "#a99cff", "#ff7b8a", "#b3c0cc"],
  crash: "rgba(255,138,128,.25)", stall: "rgba(224,176,64,.25)", partition: "rgba(169,156,255,.25)", gray: "rgba(179,192,204,.3)", lost: "#ff8a80",
};
export const scheme = window.matchMedia("(prefers-color-scheme: dark)");
export const colours = () => (scheme.matches ? dark : light);
export const colour = (series) => colours().series[series % 8];

const arrowDown = "path://M-5-4L5-4L0 5Z";
export const symbols = ["circle", "rect", "diamond", "triangle", arrowDown,
  "path://M-2-5L2-5L2-2L5-2L5 2L2 2L2 5L-2 5L-2 2L-5 2L-5-2L-2-2Z",
  "path://M-5-2.5L0-5.5L5-2.5L5 2.5L0 5.5L-5 2.5Z",
  "path://M0-6L1.6-1.9L5.7-1.9L2.4.8L3.5 4.9L0 2.5L-3.5 4.9L-2.4.8L-5.7-1.9L-1.6-1.9Z"];
// A hollow arrow that points down: "at most this".
export const boundArrow = "path://M-2.2 0L2.2 0L2.2 7L5.5 7L0 14L-5.5 7L-2.2 7Z";

export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function number(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size !== 0 && (size < (digits < 3 ? 1e-3 : 1e-4) || size >= 1e9)) return value.toExponential(1).replace("e+", "e").replace(".0e", "e");
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(digits)));
}

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1], ["ms", 1e-3], ["us", 1e-6], ["ns", 1e-9]];
function timeUnit(seconds) {
  const size = Math.abs(seconds);
  if (size === 0) return units[3];
  return units.find((u) => size >= (u[1] >= 60 ? 2 : 1) * u[1] * (1 - 1e-6)) || units[6];
}
export function time(seconds, digits = 3) {
  if (seconds === null || seconds === undefined) return "-";
  const [name, size] = timeUnit(seconds);
  return `${number(seconds / size, digits)} ${name}`;
}
// Ticks stay in seconds up to a day: "120 s", not "2 min".
export function tickTime(seconds) {
  if (seconds === 0) return "0 s";
  if (Math.abs(seconds) >= 1) return `${number(seconds)} s`;
  if (Math.abs(seconds) >= 1e-3) return `${number(seconds * 1e3)} ms`;
  return `${number(seconds * 1e6)} us`;
}

export const measureIndex = (key) => data.measures.findIndex((m) => m.key === key);
export function estimate(row, key) {
  const at = measureIndex(key) * 3;
  return { mean: row[5][at], lo: row[5][at + 1], hi: row[5][at + 2] };
}
export function readable(e, unit) {
  const write = unit === "s" ? time : (v) => number(v, unit === "share" ? 8 : 3);
  if (e.mean === null) return e.hi !== null ? `none seen, < ${write(e.hi)}` : e.lo !== null ? `> ${write(e.lo)}` : "-";
  return e.lo === null || e.hi === null ? write(e.mean) : `${write(e.mean)} [${write(e.lo)}, ${write(e.hi)}]`;
}

export function rowTip(row) {
  const lines = data.measures.map((m) => {
    const e = estimate(row, m.key);
    if (e.mean === null && e.lo === null && e.hi === null) return "";
    return `<tr><td>${m.name}</td><td>${readable(e, m.unit)}</td></tr>`;
  });
  const setting = row[2].split(", ").map(escapeHtml).join("<br>");
  return `<b>${escapeHtml(data.names[row[0]])}</b>, ${escapeHtml(data.states[row[1]])}<br>${setting}` +
    `<table style="margin-top:6px">${lines.join("")}</table>`;
}

// Values 1, 2 and 5 of every decade that [lo, hi] touches.
export function logTicks(lo, hi, everyDecade) {
  const out = [];
  for (let e = Math.floor(Math.log10(lo)); e <= Math.ceil(Math.log10(hi)); e += 1) {
    for (const m of everyDecade ? [1] : [1, 2, 5]) {
      const v = Number(`${m}e${e}`);
      if (v >= lo && v <= hi) out.push(v);
    }
  }
  return out;
}

export function logAxis(values, name, label, extra) {
  const c = colours();
  const positive = values.filter((v) => v > 0 && Number.isFinite(v));
  let lo = positive.length ? positive.reduce((a, b) => Math.min(a, b)) : 0.1;
  let hi = positive.length ? positive.reduce((a, b) => Math.max(a, b)) : 10;
  const room = Math.max((hi / lo) ** 0.05, 1.1);
  lo /= room;
  hi *= room;
  const decades = Math.log10(hi / lo);
  let ticks = decades < 0.7 ? null : logTicks(lo, hi, decades > 3);
  if (ticks === null) {
    const step = 10 ** Math.floor(Math.log10((hi - lo) / 3));
    ticks = [];
    const stride = (hi - lo) / step > 12 ? 4 : (hi - lo) / step > 6 ? 2 : 1;
    for (let k = Math.ceil(lo / step); k * step <= hi; k += stride) ticks.push(Number((k * step).toPrecision(12)));
  }
  return {
    type: "log", min: lo, max: hi, name, nameLocation: "middle", nameTextStyle: { color: c.ink, fontSize: 13 },
    axisLabel: { color: c.soft, formatter: label, hideOverlap: true, customValues: ticks },
    axisTick: { customValues: ticks }, axisLine: { show: true, lineStyle: { color: c.axis } },
    splitLine: { show: true, lineStyle: { color: c.rule } }, minorSplitLine: { show: false }, ...extra,
  };
}

export function tooltip() {
  const c = colours();
  return {
    confine: true, backgroundColor: c.paper, borderColor: c.rule, textStyle: { color: c.ink, fontSize: 13 },
    extraCssText: "max-width:420px;white-space:normal",
  };
}

export function toolbox(file) {
  const c = colours();
  return {
    right: 4, bottom: 0, itemSize: 14, iconStyle: { borderColor: c.soft },
    feature: {
      dataZoom: { title: { zoom: "Zoom into a part", back: "Undo zoom" }, filterMode: "none" },
      restore: { title: "Reset" }, saveAsImage: { name: file, title: "Save as PNG", backgroundColor: c.paper },
    },
  };
}

// How high a legend of these names becomes on a canvas of this width.
export function legendHeight(names, width) {
  const needed = names.reduce((sum, name) => sum + Math.min(name.length * 6.4, 350) + 46, 0);
  return 22 * Math.max(1, Math.ceil((needed * 1.12) / Math.max(200, width - 104)));
}

// What an axis is called: the parameter as in the scenario, without the unit of its column.
export const axisName = (p) => (p.label ? `${p.label}.${p.name}` : p.name);

// A labelled choice; calls `change(value)`.
export function choice(parent, name, options, value, change) {
  if (options.length < 2) return;
  const label = document.createElement("label");
  const select = document.createElement("select");
  for (const [key, text] of options) {
    const option = document.createElement("option");
    option.value = key;
    option.textContent = text;
    option.selected = key === value;
    select.appendChild(option);
  }
  select.addEventListener("change", () => change(select.value));
  label.append(name, select);
  parent.appendChild(label);
}

// The place of a figure: a line of controls and a canvas; null if the page does not have the figure.
export function place(id, height) {
  const figure = document.getElementById(id);
  if (!figure) return null;
  const live = figure.querySelector(".live");
  const controls = document.createElement("div");
  controls.className = "controls";
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.style.height = `${height}px`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", figure.querySelector("figcaption").textContent);
  live.replaceChildren(controls, canvas);
  figure.classList.add("interactive");
  return { figure, controls, canvas };
}

export const stateChoice = () => data.states.map((s, i) => [String(i), s]);
