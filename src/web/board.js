// Keeps the figures of the overview up to date. Without it the page is as good as when it was opened.
(() => {
  const box = document.querySelector("[data-live]");
  if (!box || !window.EventSource) return;
  const source = new EventSource(box.dataset.live);
  source.addEventListener("figures", (event) => {
    for (const [id, text] of Object.entries(JSON.parse(event.data))) {
      const place = document.getElementById(id);
      if (!place || place.textContent === text) continue;
      place.textContent = text;
      const tile = place.closest(".tile");
      if (tile) tile.classList.toggle("zero", text === "0");
    }
  });
})();
