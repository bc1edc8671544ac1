// The page's script: a cursor that reads all plots at the same instant, and the choice of light or dark.
{
  const figures = [...document.querySelectorAll("figure.plot")].map((figure) => ({
    figure,
    frame: figure.querySelector(".frame"),
    cursor: figure.querySelector(".cursor"),
    read: figure.querySelector(".read"),
    step: Number(figure.dataset.step),
    steps: Number(figure.dataset.steps),
    readings: JSON.parse(figure.dataset.readings),
  }));
  let at = null;

  const show = (step) => {
    at = step;
    for (const { cursor, read, step: length, steps, readings } of figures) {
      cursor.hidden = step === null;
      read.classList.toggle("on", step !== null);
      if (step === null) {
        read.textContent = read.dataset.summary;
        continue;
      }
      const place = Math.min(step, steps - 1);
      cursor.style.left = `${((place + 0.5) * 100) / steps}%`;
      const seconds = (place * length) / 1000;
      const values = readings.map(({ name, values: all }) => `${name} ${all[place] ?? "–"}`.trim());
      read.textContent = `${seconds} s: ${values.join(", ")}`;
    }
  };
  for (const { frame, steps } of figures) {
    frame.addEventListener("pointermove", (event) => {
      const { left, width } = frame.getBoundingClientRect();
      const share = (event.clientX - left) / width;
      show(Math.max(0, Math.min(steps - 1, Math.floor(share * steps))));
    });
    frame.addEventListener("pointerleave", () => show(null));
  }

  const root = document.documentElement;
  const button = document.querySelector("#theme");
  const setTheme = (theme) => {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "light" : "dark";
  };
  const otherTheme = () => setTheme(root.dataset.theme === "dark" ? "light" : "dark");
  if (location.hash === "#light") setTheme("light");
  button.title = "t: light or dark; ← and →: the cursor; Escape: no cursor";
  button.addEventListener("click", otherTheme);
  addEventListener("beforeprint", () => setTheme("light"));
  addEventListener("keydown", ({ key }) => {
    const last = Math.max(...figures.map(({ steps }) => steps)) - 1;
    if (key === "t") otherTheme();
    if (key === "Escape") show(null);
    if (key === "ArrowRight") show(Math.min(last, (at ?? -1) + 1));
    if (key === "ArrowLeft") show(Math.max(0, (at ?? last + 1) - 1));
  });
}
