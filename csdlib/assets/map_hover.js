// Shows the picture of the point under the pointer. The data object below is filled in by csdlib.maps.
(function () {
  const data = DATA;
  const plot = document.getElementById("{plot_id}");
  const card = document.createElement("div");
  card.className = "csd-map-card";
  card.setAttribute("aria-hidden", "true");
  card.style.cssText = `position:absolute;display:none;pointer-events:none;z-index:5;width:${data.side}px;` +
    `height:${data.side}px;border:2px solid #888;border-radius:4px;background-image:url(${data.sprite})`;
  plot.style.position = "relative";
  plot.appendChild(card);
  plot.on("plotly_hover", function (event) {
    const number = event.points[0].customdata;
    const x = (number % data.columns) * data.side;
    const y = Math.floor(number / data.columns) * data.side;
    const box = plot.getBoundingClientRect();
    const left = event.event.clientX - box.left;
    card.style.backgroundPosition = `-${x}px -${y}px`;
    card.style.left = (left > box.width / 2 ? left - data.side - 16 : left + 16) + "px";
    card.style.top = Math.max(0, event.event.clientY - box.top - data.side - 16) + "px";
    card.style.display = "block";
  });
  plot.on("plotly_unhover", function () { card.style.display = "none"; });
})();
