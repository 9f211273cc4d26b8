// The chart of the breakers; the table below it says the same. Drawn anew where the page turns dark or its width changes.
const box = document.querySelector("[data-chart]");
const { days, share, rate, trips, floor, words } = JSON.parse(document.getElementById("breaker-chart").textContent);

function draw(chart) {
  const worn = getComputedStyle(document.documentElement);
  const colour = (name) => worn.getPropertyValue(`--${name}`).trim();
  const line = (name, data, more) => ({ name, data, type: "line", connectNulls: true, symbolSize: 6, ...more });
  const dashed = { symbol: "none", lineStyle: { color: colour("muted"), type: "dashed" }, label: { color: colour("muted"), formatter: `${words.floor} ${floor}%`, position: "insideStartTop" }, data: [{ yAxis: floor }] };
  const marks = { symbol: "pin", symbolSize: 34, itemStyle: { color: colour("red") }, label: { formatter: words.trip, fontSize: 9, color: colour("card") }, data: trips.map((trip) => ({ name: trip.text, coord: [trip.day, rate[trip.day] ?? floor] })) };
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: worn.getPropertyValue("--font") },
    color: [colour("accent"), colour("muted")],
    legend: { top: 0, textStyle: { color: colour("ink") } },
    grid: { top: 44, right: 16, bottom: 8, left: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => (value == null ? "—" : `${value}%`) },
    xAxis: { type: "category", data: days, axisLabel: { color: colour("muted") }, axisLine: { lineStyle: { color: colour("edge") } } },
    yAxis: { type: "value", max: 100, min: 0, axisLabel: { color: colour("muted"), formatter: "{value}%" }, splitLine: { lineStyle: { color: colour("line") } } },
    series: [line(words.rate, rate, { markLine: dashed, markPoint: marks }), line(words.share, share, { symbol: "rect" })],
  });
}

if (box) {
  import(box.dataset.script).then(() => {
    box.hidden = false;
    const chart = window.echarts.init(box);
    draw(chart);
    new ResizeObserver(() => chart.resize()).observe(box);
    new MutationObserver(() => draw(chart)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  });
}
