// What the console uses of Preact, its hooks and htm, as one module.
import htm from "htm";
import { h } from "preact";

export { createContext, Fragment, render } from "preact";
export { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export const html = htm.bind(h);
