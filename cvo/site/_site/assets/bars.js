// An answer as bars: the rows counted for each value of a column, or a column of numbers added up for it.
import { Chart } from "./libraries/chart.js";

const MOST = 30;
let drawn;

// *rows* are lists of texts; bars for the values of column *each*, as long as column *length* adds up to, or as there are rows (-1).
export function counted(rows, each, length) {
  const sums = new Map();
  for (const row of rows) sums.set(row[each], (sums.get(row[each]) || 0) + (length < 0 ? 1 : Number(row[length]) || 0));
  const all = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return { shown: all.slice(0, MOST), more: Math.max(0, all.length - MOST) };
}

export function draw(canvas, bars, title) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  drawn?.destroy();
  canvas.parentElement.style.height = `${4 + 1.6 * bars.length}rem`;
  canvas.setAttribute("aria-label", `${title}: ${bars.map(([name, n]) => `${name} ${n}`).join(", ")}`);
  const font = { family: getComputedStyle(document.body).fontFamily, size: 13 };
  const short = (text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
  drawn = new Chart(canvas, {
    type: "bar",
    data: { labels: bars.map(([name]) => name), datasets: [{ label: title, data: bars.map(([, n]) => n), backgroundColor: colour("--h5"), maxBarThickness: 20 }] },
    options: {
      indexAxis: "y", animation: false, maintainAspectRatio: false,
      scales: {
        x: { beginAtZero: true, ticks: { color: colour("--ink"), font, precision: 0 }, grid: { color: colour("--line") } },
        y: { ticks: { color: colour("--ink"), font, autoSkip: false, callback: (_, i) => short(bars[i][0]) }, grid: { display: false } },
      },
      plugins: { tooltip: { bodyFont: font, titleFont: font } },
    },
  });
  return drawn;
}
