"""Writes docs/licences.md: what the program stands on, in which version, under which licence.

Start it with the environment's Python: `.venv/bin/python scripts/licences.py`.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import environment

# Packages whose own words about their licence are long, missing or another platform's; read in their sources.
READ = {
    "colorama": "BSD-3-Clause",
    "cv2-enumerate-cameras": "MIT",
    "flatbuffers": "Apache-2.0",
    "isal": "PSF-2.0; its ISA-L is BSD-3-Clause",
    "mss": "MIT",
    "onnxruntime": "MIT",
    "opencv-python-headless": "Apache-2.0; its FFmpeg is LGPL-2.1, loaded as a library",
    "pillow": "MIT-CMU",
    "protobuf": "BSD-3-Clause",
    "pydicom": "MIT",
    "pyjpegls": "MIT; its CharLS is BSD-3-Clause",
    "pyobjc-core": "MIT",
    "pyobjc-framework-avfoundation": "MIT",
    "pyobjc-framework-cocoa": "MIT",
    "pyobjc-framework-coreaudio": "MIT",
    "pyobjc-framework-coremedia": "MIT",
    "pyobjc-framework-quartz": "MIT",
    "pyqtgraph": "MIT; colour maps in it that are not used are CC0 and CC-BY",
    "pyside6-essentials": "LGPL-3.0-only (or GPL; taken under the LGPL)",
    "shiboken6": "LGPL-3.0-only (or GPL; taken under the LGPL)",
}

HEAD = """\
# Licences

SonoBlock is MIT. What its program ships with or installs, from `requirements/run.txt`; written by
`scripts/licences.py`. Nothing here is under the GPL or AGPL alone.

| package | version | licence | only on |
| --- | --- | --- | --- |
"""
TAIL = """
Qt (inside PySide6) and FFmpeg (inside OpenCV) are LGPL: they are shared libraries, and in the packaged program they lie
as files of their own in its folder, where anyone may replace them. numpy's Linux wheels hold the GCC runtime, which the
GCC runtime exception allows. The packaged program also holds Python itself, under the PSF licence.

The packaged program brings the licences' texts: in the packages' `.dist-info` folders, and in `assets/licences` those
of packages that come without.

Shipped model bundles: each bundle's `card.json` says under `licence` what its weights and pictures stand on.

`openvino-telemetry`, which OpenVINO's package asks for, is left out: it would report each start over the network.

Only for training, tests and packaging, and not shipped: `requirements/test.txt`, and PyInstaller (GPL with an exception
for what it packages).
"""


def packages() -> list[str]:
    """Names of the packages of the program's lock."""
    return sorted({name for name, _, _ in _locked()})


def _locked() -> list[tuple[str, str, str]]:
    pattern = re.compile(r"^([a-z0-9.-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)
    return pattern.findall(environment.lock_file("run").read_text("utf-8"))


def rows() -> list[tuple[str, str, str, str]]:
    """Name, version, licence and marker of each package of the program's lock. Raises KeyError."""
    return [(name, version, READ.get(name) or declared(name), marker) for name, version, marker in _locked()]


def declared(name: str) -> str:
    """The licence that an installed package declares, if it does so in the short form. Raises KeyError."""
    said = importlib.metadata.metadata(name).json
    licence = str(said.get("license_expression") or said.get("license") or "")
    if not licence or len(licence) > 60 or "\n" in licence:
        raise KeyError(f"{name} does not say its licence in short: read it and add it to READ in scripts/licences.py.")
    return licence


def page() -> str:
    """The whole page."""
    lines = (f"| {name} | {version} | {licence} | {place(marker)} |\n" for name, version, licence, marker in rows())
    return HEAD + "".join(lines) + TAIL


def place(marker: str) -> str:
    """A marker in words."""
    words = {"sys_platform == 'darwin'": "macOS", "sys_platform == 'win32'": "Windows"}
    return words.get(marker, marker.replace("python_full_version", "Python").replace("'", ""))


if __name__ == "__main__":
    (environment.ROOT / "docs" / "licences.md").write_text(page(), "utf-8", newline="\n")
