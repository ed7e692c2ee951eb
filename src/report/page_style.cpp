#include "page.hpp"

namespace flatline::report {
namespace {

constexpr std::string_view kCss =
    R"(:root{color-scheme:light dark;--paper:#fff;--ink:#1c2733;--soft:#51606f;--rule:#dde3e9;--panel:#f5f7f9;
--accent:#0b6bb8;--warn:#8a4b00;--warnpanel:#fff4e0}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12181f;--ink:#e6ebf0;--soft:#a5b2bf;--rule:#2b3540;
--panel:#1a222b;--accent:#5db0f2;--warn:#ffc46b;--warnpanel:#33270f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1160px;margin:0 auto;padding:40px 24px 64px}
header{border-bottom:1px solid var(--rule);padding-bottom:16px}
h1{font-size:2rem;line-height:1.2;margin:0 0 8px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:48px 0 12px}
h3{font-size:1.05rem;margin:24px 0 4px}
p{margin:0 0 12px}
.kind{color:var(--accent);font-weight:600;font-size:.85rem;margin:0 0 4px}
.facts,.role,footer,figcaption,caption{color:var(--soft)}
.facts{margin:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0}
dt{color:var(--soft)}
dd{margin:0;max-width:68ch}
.findings{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:16px;margin:12px 0}
.finding{background:var(--panel);border-radius:8px;padding:14px 16px}
.finding p{margin:0}
.role{font-size:.85rem}
.finding .setting{font-weight:600;margin:2px 0 6px;overflow-wrap:anywhere}
.cautions{color:var(--soft);margin:8px 0 0;padding-left:20px}
.warning{background:var(--warnpanel);color:var(--warn);border-radius:8px;padding:12px 16px;margin:20px 0 0}
figure{margin:0}
figcaption{font-size:.9rem;margin-top:8px;max-width:80ch}
.chart{display:block;width:100%;height:auto}
.live{display:none}
.interactive>.live{display:block}
.interactive>.still{display:none}
.controls{display:flex;flex-wrap:wrap;gap:8px 20px;margin:0 0 10px;font-size:.9rem;align-items:center}
.controls label{display:inline-flex;gap:6px;align-items:center;color:var(--soft)}
.controls select{font:inherit;color:var(--ink);background:var(--panel);border:1px solid var(--rule);border-radius:6px;
padding:4px 8px;max-width:340px}
.canvas{width:100%}
.canvas table{font-size:12px}
.canvas td{border:0;padding:1px 14px 1px 0}
.pick{font-size:.9rem;margin:0 0 10px}
.pick div{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:2px 16px;max-height:240px;
overflow:auto;padding:8px;background:var(--panel);border-radius:6px;margin-top:6px}
.wide{overflow:auto;max-height:80vh;border:1px solid var(--rule);border-radius:8px}
table{border-collapse:collapse;font-size:.84rem;font-variant-numeric:tabular-nums}
#rows{min-width:100%;white-space:nowrap}
caption{caption-side:bottom;text-align:left;padding:10px 12px;white-space:normal}
th,td{padding:5px 10px;text-align:left;border-bottom:1px solid var(--rule);vertical-align:baseline}
#rows thead th{position:sticky;top:0;background:var(--panel);z-index:1}
.n{text-align:right}
#rows th.n,#rows td.n{text-align:right}
.best td{background:color-mix(in srgb,var(--accent) 9%,transparent)}
abbr{text-decoration:none;color:var(--accent);font-weight:600}
th button{all:unset;cursor:pointer;font-weight:600}
th button:focus-visible,summary:focus-visible,.wide:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th[aria-sort=ascending] button::after{content:" \2191"}
th[aria-sort=descending] button::after{content:" \2193"}
.plain th{font-weight:400;color:var(--soft);padding-left:0}
.plain{margin:0 0 16px}
pre{background:var(--panel);border-radius:8px;padding:12px 16px;overflow:auto;font-size:.85rem;line-height:1.5}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
td code{overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--accent)}
footer{margin-top:56px;border-top:1px solid var(--rule);padding-top:12px;font-size:.85rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}.figure,.finding{break-inside:avoid}
.interactive>.live{display:none}.interactive>.still{display:block}.wide{overflow:visible;max-height:none;border:0}
#rows{white-space:normal;font-size:.6rem}#rows th,#rows td{padding:2px 4px}#rows thead th{position:static}
details:not([open])>*:not(summary){display:none}}
)";

constexpr std::string_view kScript = R"((function(){
"use strict";
var table=document.getElementById("rows");
if(!table)return;
var body=table.tBodies[0];
function key(row,column){
  var cell=row.cells[column],value=cell.getAttribute("data-v");
  if(value===null)return cell.textContent;
  return value===""?null:Number(value);
}
function sort(th,column){
  var down=th.getAttribute("aria-sort")==="ascending";
  Array.prototype.forEach.call(table.tHead.rows[0].cells,function(c){c.removeAttribute("aria-sort");});
  th.setAttribute("aria-sort",down?"descending":"ascending");
  var rows=Array.prototype.map.call(body.rows,function(row,i){return{row:row,key:key(row,column),at:i};});
  rows.sort(function(a,b){
    if(a.key===null||b.key===null)return a.key===b.key?a.at-b.at:(a.key===null?1:-1);
    var order=typeof a.key==="number"?a.key-b.key:a.key.localeCompare(b.key,"en",{numeric:true});
    return(down?-order:order)||a.at-b.at;
  });
  rows.forEach(function(r){body.appendChild(r.row);});
}
Array.prototype.forEach.call(table.tHead.rows[0].cells,function(th,column){
  var button=document.createElement("button");
  while(th.firstChild)button.appendChild(th.firstChild);
  button.type="button";
  button.title="Sort by this column";
  th.appendChild(button);
  button.addEventListener("click",function(){sort(th,column);});
});
})();)";

}  // namespace

std::string_view page_css() {
  return kCss;
}
std::string_view page_script() {
  return kScript;
}

}  // namespace flatline::report
