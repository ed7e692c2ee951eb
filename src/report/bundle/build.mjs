// Bundles the charts with ECharts, puts the licences in front, and writes OUT/bundle.js.gz and OUT/THIRD-PARTY.txt.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const out = process.argv[2];
const read = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8").trim();
const version = (name) => JSON.parse(read(`${name}/package.json`)).version;
const notices = [
  `The interactive charts of a flatline report contain the following software.`,
  `Apache ECharts ${version("echarts")} - notice\n\n${read("echarts/NOTICE")}`,
  `Apache ECharts ${version("echarts")} - licence\n\n${read("echarts/LICENSE")}`,
  `d3, parts of which are in Apache ECharts - licence\n\n${read("echarts/licenses/LICENSE-d3")}`,
  `ZRender ${version("zrender")} - licence\n\n${read("zrender/LICENSE")}`,
  `tslib ${version("tslib")} - licence\n\n${read("tslib/LICENSE.txt")}`,
].join(`\n\n${"-".repeat(79)}\n\n`);

const result = await build({
  absWorkingDir: new URL(".", import.meta.url).pathname, entryPoints: ["entry.js"], bundle: true, minify: true, write: false,
  format: "iife", target: "es2020", charset: "ascii", legalComments: "none", define: { "process.env.NODE_ENV": '"production"' },
});
// Inside a script element neither may end the script nor open a comment that hides its end.
const script = result.outputFiles[0].text.replace(/<\/script/gi, "<\\/script").replace(/<!--/g, "<\\!--");
const comment = notices.replace(/\*\//g, "* /").replace(/<\/?script/gi, "script");
mkdirSync(out, { recursive: true });
writeFileSync(`${out}/THIRD-PARTY.txt`, `${notices}\n`);
writeFileSync(`${out}/bundle.js.gz`, gzipSync(`/*!\n${comment}\n*/\n${script}`, { level: 9 }));
