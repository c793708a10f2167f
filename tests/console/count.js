/** Tells a function of the page about each action of a person, by its kind. */
(name) => {
  const typed = new WeakSet();
  const note = (kind) => window[name](kind);
  const isText = (element) => element.matches("input, textarea, [contenteditable]");
  addEventListener("pointerdown", () => note("clicks"), true);
  addEventListener(
    "change",
    ({ target }) => target.matches("select") && (note("clicks"), note("clicks")),
    true,
  );
  addEventListener(
    "input",
    ({ target }) => {
      if (isText(target) && !/^(checkbox|radio|range)$/.test(target.type) && !typed.has(target)) {
        typed.add(target);
        note("fields");
      }
    },
    true,
  );
  addEventListener(
    "keydown",
    ({ target, key, ctrlKey, metaKey }) => {
      const isModifier = ["Shift", "Control", "Alt", "Meta"].includes(key);
      const isTyped = key.length === 1 && !ctrlKey && !metaKey && isText(target);
      if (!isModifier && !isTyped) note("keys");
    },
    true,
  );
};
