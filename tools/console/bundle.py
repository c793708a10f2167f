"""Bundle the libraries of the console into `console/vendor/`, with their versions and licences.

    python -m tools.console.bundle

The bundles are committed, so that nobody needs Node.js to serve or test the console. It is run
after a change of `package.json`, and `npm ci` before it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
VENDOR = FOLDER.parent.parent / "console" / "vendor"
BUNDLES = ("preact.js", "codemirror.js")


def bundle(name: str) -> None:
    """Bundle one file of this folder as an ES module."""
    subprocess.run(
        [
            MODULES / ".bin" / "esbuild",
            FOLDER / name,
            "--bundle",
            "--format=esm",
            "--minify",
            "--target=es2022",
            "--legal-comments=none",
            f"--outfile={VENDOR / name}",
            "--log-level=warning",
        ],
        check=True,
    )


def list_licences() -> str:
    """List the libraries in the bundles, each with its version and licence."""
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    texts = []
    for path, package in sorted(lock["packages"].items()):
        if not path or package.get("dev"):
            continue
        folder = FOLDER / path
        name = path.removeprefix("node_modules/")
        licence = next(folder.glob("LICEN[CS]E*"), None)
        text = licence.read_text(encoding="utf-8").strip() if licence else package["license"]
        texts.append(f"{name} {package['version']}\n\n{text}\n")
    return "\n----\n\n".join(texts)


if __name__ == "__main__":
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name in BUNDLES:
        bundle(name)
    (VENDOR / "LICENCES.txt").write_text(list_licences(), encoding="utf-8")
