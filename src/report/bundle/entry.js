// Draws the interactive charts of a report over its static ones. A chart that fails leaves its static one in place.
import * as echarts from "echarts/core";
import { CustomChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendComponent, TitleComponent, ToolboxComponent, TooltipComponent,
  VisualMapComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { scheme } from "./common.js";
import * as distribution from "./distribution.js";
import * as heat from "./heat.js";
import * as latency from "./latency.js";
import * as timeline from "./timeline.js";

echarts.use([CustomChart, HeatmapChart, LineChart, ScatterChart, DataZoomComponent, GridComponent, LegendComponent,
  TitleComponent, ToolboxComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

let charts = [];

function drawAll() {
  for (const chart of charts) chart.dispose();
  charts = [];
  for (const [id, part] of [["latency_mistakes", latency], ["heat_map", heat], ["detection_time", distribution],
    ["timeline", timeline]]) {
    try {
      const chart = part.draw(echarts);
      if (chart) charts.push(chart);
    } catch (error) {
      const figure = document.getElementById(id);
      if (figure) figure.classList.remove("interactive");
      console.error(error);
    }
  }
}

drawAll();
scheme.addEventListener("change", drawAll);
window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
