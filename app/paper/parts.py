"""The libraries that read photos, which not every installation has: `pip install jangkau[foto]`."""

from importlib.util import find_spec

LIBRARIES = {
    "cv2": "opencv-python-headless",
    "pillow_heif": "pillow-heif",
    "pypdfium2": "pypdfium2",
    "zxingcpp": "zxing-cpp",
}
"""Packages by the name under which they are imported. They are imported in the child process alone."""


def list_missing_libraries() -> list[str]:
    """Return the packages that are not installed; photos can be read if there are none."""
    return [package for module, package in LIBRARIES.items() if find_spec(module) is None]
