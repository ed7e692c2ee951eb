#include "svg.hpp"

namespace flatline::report {
namespace {

constexpr std::string_view kCss =
    R"(.chart{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.chart text{fill:#1c2733}
.chart .title{font-size:17px;font-weight:600}
.chart .tick{fill:#51606f;font-size:12px;font-variant-numeric:tabular-nums}
.chart .name,.chart .label{fill:#2b3947}
.chart .note{fill:#51606f;font-size:12px}
.chart .paper{fill:#fff}
.chart .grid{stroke:#dde3e9;stroke-width:1}
.chart .minor{stroke:#eff2f5}
.chart .axis{stroke:#7d8a97;stroke-width:1}
.chart polyline[class]{fill:none}
.chart .front{stroke:#1c2733;stroke-width:1.6;stroke-opacity:.75}
.chart .bound{stroke-dasharray:4 4}
.chart .curve{stroke-width:2}
.chart .whisker{stroke-width:1.2;stroke-opacity:.5}
.chart .dot{stroke:#fff;stroke-width:.8}
.chart .faint{fill-opacity:.4;stroke-opacity:.4}
.chart .cell{stroke:#fff;stroke-width:1}
.chart .none{fill:#e9edf1}
.chart text.onDark{fill:#fff;font-size:12px}
.chart text.onLight{fill:#1c2733;font-size:12px}
.chart .beat{stroke:#8493a1;stroke-width:1.2}
.chart .lost{stroke:#b3261e;stroke-width:2}
.chart .crash{fill:#b3261e;fill-opacity:.2}
.chart .stall{fill:#c28a00;fill-opacity:.24}
.chart .partition{fill:#5b4bc4;fill-opacity:.18}
.chart .gray{fill:#4d5b66;fill-opacity:.3}
.chart .dead{fill-opacity:1}
.chart .suspected{fill-opacity:.55}
.chart .s0{fill:#0b6bb8;stroke:#0b6bb8}.chart .s1{fill:#c8500a;stroke:#c8500a}
.chart .s2{fill:#0a7f5a;stroke:#0a7f5a}.chart .s3{fill:#a2398f;stroke:#a2398f}
.chart .s4{fill:#8a6d00;stroke:#8a6d00}.chart .s5{fill:#5b4bc4;stroke:#5b4bc4}
.chart .s6{fill:#b0243a;stroke:#b0243a}.chart .s7{fill:#4d5b66;stroke:#4d5b66}
.chart .dot{stroke:#fff}
.chart .hollow{fill:#fff;stroke-width:1.5}
.chart path.dots{fill:none;stroke-width:3;stroke-linecap:round}
.chart .dash1{stroke-dasharray:7 4}.chart .dash2{stroke-dasharray:2 3}.chart .dash3{stroke-dasharray:9 3 2 3}
.chart .beyond{fill:#51606f;fill-opacity:.07}
.chart .hatch{stroke:#51606f;stroke-opacity:.28;stroke-width:1}
.chart .limit{stroke:#51606f;stroke-width:1.5;stroke-dasharray:5 3}
@media screen and (prefers-color-scheme:dark){
.chart text{fill:#e6ebf0}
.chart .tick,.chart .note{fill:#a5b2bf}
.chart .name,.chart .label{fill:#d3dbe3}
.chart .paper{fill:#12181f}
.chart .grid{stroke:#2b3540}
.chart .minor{stroke:#1f2730}
.chart .axis{stroke:#7d8a97}
.chart .front{stroke:#e6ebf0}
.chart .cell{stroke:#12181f}
.chart .none{fill:#29323c}
.chart text.onLight{fill:#1c2733}
.chart .beat{stroke:#8d9cab}
.chart .lost{stroke:#ff8a80}
.chart .crash{fill:#ff8a80;fill-opacity:.25}
.chart .stall{fill:#e0b040;fill-opacity:.25}
.chart .partition{fill:#a99cff;fill-opacity:.25}
.chart .gray{fill:#b3c0cc;fill-opacity:.3}
.chart .s0{fill:#5db0f2;stroke:#5db0f2}.chart .s1{fill:#ff9a5c;stroke:#ff9a5c}
.chart .s2{fill:#3fcf9e;stroke:#3fcf9e}.chart .s3{fill:#e58ad6;stroke:#e58ad6}
.chart .s4{fill:#e0c04a;stroke:#e0c04a}.chart .s5{fill:#a99cff;stroke:#a99cff}
.chart .s6{fill:#ff7b8a;stroke:#ff7b8a}.chart .s7{fill:#b3c0cc;stroke:#b3c0cc}
.chart .dot{stroke:#12181f}
.chart .hollow{fill:#12181f}
.chart .beyond{fill:#a5b2bf}
.chart .hatch,.chart .limit{stroke:#a5b2bf}
}
)";

}  // namespace

std::string_view chart_css() {
  return kCss;
}

}  // namespace flatline::report
