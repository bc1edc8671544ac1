// dash.js leaves listeners on the video element when it is destroyed, and they then fail on what it has let go. Whatever
// it adds is taken off when it ends.

/** Remembers every listener that is added to `target` from now on; the returned function removes them all. */
export function ownListeners(target: EventTarget): () => void {
  const added: Parameters<EventTarget["addEventListener"]>[] = [];
  const add = target.addEventListener.bind(target);
  const remember: EventTarget["addEventListener"] = (...listener) => {
    added.push(listener);
    add(...listener);
  };
  Object.defineProperty(target, "addEventListener", { configurable: true, value: remember });
  return () => {
    Reflect.deleteProperty(target, "addEventListener");
    for (const [type, listener, options] of added.splice(0))
      target.removeEventListener(type, listener, options);
  };
}
