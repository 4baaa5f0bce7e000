// The network: zoom, drag, find, light up neighbours. Labels keep their size on screen and give way to busier ones.
const box = document.querySelector("[data-network]");
const svg = box?.querySelector("svg");

const ALWAYS = 12; // the busiest few keep their labels even where a lesser circle lies below

if (svg) {
  const whole = svg.viewBox.baseVal;
  const home = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  // In the drawing the busiest come last, so that nothing covers them; here they come first.
  const nodes = [...svg.querySelectorAll("[data-node]")].reverse().map((element) => ({
    element,
    name: element.querySelector("text").textContent,
    title: element.querySelector("title").textContent,
    x: Number(element.dataset.x),
    y: Number(element.dataset.y),
    r: Number(element.dataset.r),
    text: element.querySelector("text"),
    circle: element.querySelector("circle"),
    width: 0,
  }));
  const lines = [...svg.querySelectorAll("line")].map((element) => ({ element, ends: element.dataset.ends.split(" ").map(Number) }));
  const told = box.querySelector(".told");
  let view = { ...home };
  let lit = null;

  const measure = document.createElement("canvas").getContext("2d");
  measure.font = `12px ${getComputedStyle(svg).fontFamily}`;
  for (const node of nodes) node.width = measure.measureText(node.name).width;

  const unit = () => view.width / svg.clientWidth; // drawing units a screen pixel

  function draw() {
    if (!svg.clientWidth) return; // not laid out yet; the observer below calls again
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const pixel = unit();
    const shrink = Math.min(1, Math.max(pixel, 0.25) ** 0.5);
    const circles = nodes.map(({ x, y, r }) => [x - r * shrink, y - r * shrink, x + r * shrink, y + r * shrink]);
    const taken = [];
    const order = [...nodes.keys()];
    if (lit) order.sort((a, b) => lit.has(b) - lit.has(a));
    const meet = (one, other) => one[0] < other[2] && one[2] > other[0] && one[1] < other[3] && one[3] > other[1];
    for (const index of order) {
      const node = nodes[index];
      const radius = node.r * shrink;
      node.circle.setAttribute("r", radius);
      const half = (node.width / 2 + 3) * pixel;
      const top = node.y + radius + 2 * pixel;
      const seen = node.x > view.x && node.x < view.x + view.width;
      const x = seen ? Math.min(Math.max(node.x, view.x + half), view.x + view.width - half) : node.x; // not cut by the edge
      const place = [x - half, top, x + half, top + 14 * pixel];
      const wanted = index < ALWAYS || lit?.has(index);
      const free = !taken.some((other) => meet(place, other)) && (wanted || !circles.some((other, at) => at !== index && meet(place, other)));
      node.text.style.display = free || lit?.has(index) ? "" : "none";
      node.text.style.fontSize = `${12 * pixel}px`;
      node.text.setAttribute("x", x);
      node.text.setAttribute("y", top + 11 * pixel);
      if (free) taken.push(place);
    }
  }

  function zoom(factor, at) {
    const width = Math.min(home.width * 1.2, Math.max(home.width / 12, view.width / factor));
    const ratio = width / view.width;
    const point = at ?? { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    view = { x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio, width, height: view.height * ratio };
    draw();
  }

  function light(index) {
    lit = index === null ? null : new Set([index]);
    for (const line of lines) {
      const on = index !== null && line.ends.includes(index);
      if (on) line.ends.forEach((end) => lit.add(end));
      line.element.classList.toggle("lit", on);
    }
    svg.classList.toggle("dimmed", lit !== null);
    nodes.forEach((node, position) => node.element.classList.toggle("lit", lit !== null && lit.has(position)));
    draw();
  }

  const inside = (event) => {
    const frame = svg.getBoundingClientRect();
    return { x: view.x + ((event.clientX - frame.left) / frame.width) * view.width, y: view.y + ((event.clientY - frame.top) / frame.height) * view.height };
  };

  // Plain scrolling goes on down the page; with Ctrl (which is what a pinch on a touch pad sends) it zooms.
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, inside(event));
  }, { passive: false });

  const fingers = new Map();
  let moved = 0;
  svg.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, event); moved = 0; });
  window.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    if (fingers.size === 1) {
      moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
      view.x -= (event.clientX - before.clientX) * unit();
      view.y -= (event.clientY - before.clientY) * unit();
      draw();
    } else {
      const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
      const span = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
      zoom(span(event) / Math.max(1, span(before)), inside(other));
      moved = 99;
    }
    fingers.set(event.pointerId, event);
  });
  for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, (event) => fingers.delete(event.pointerId));
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("click", (event) => { if (moved > 6) event.preventDefault(); }, true);

  nodes.forEach((node, index) => {
    for (const on of ["mouseenter", "focus"]) node.element.addEventListener(on, () => light(index));
    for (const off of ["mouseleave", "blur"]) node.element.addEventListener(off, () => light(null));
  });

  box.querySelector(".tools").hidden = false;
  for (const button of box.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      if (Number(button.dataset.zoom)) return zoom(Number(button.dataset.zoom));
      view = { ...home };
      light(null);
      told.textContent = "";
    });
  }
  const find = box.querySelector("input");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    const index = wanted ? nodes.findIndex((node) => node.title.toLowerCase().startsWith(wanted)) : -1;
    const found = index >= 0 ? index : wanted ? nodes.findIndex((node) => node.title.toLowerCase().includes(wanted)) : -1;
    if (found < 0) { light(null); told.textContent = ""; return; }
    const { x, y, title } = nodes[found];
    const width = home.width / 2.2;
    view = { x: x - width / 2, y: y - (width * home.height) / home.width / 2, width, height: (width * home.height) / home.width };
    light(found);
    told.textContent = title;
  });
  find.addEventListener("keydown", (event) => {
    const found = lit && [...lit][0];
    if (event.key === "Enter" && found !== null && found !== undefined) location.href = nodes[found].element.getAttribute("href");
  });

  new ResizeObserver(draw).observe(svg);
}
