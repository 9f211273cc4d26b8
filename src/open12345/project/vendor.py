"""Static files that npm fetched: only those that pages use, under `/static/vendor/<package>/`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

VENDOR_FILES: dict[str, str] = {
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/tabler/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "vendor/leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet/leaflet.js.map": "leaflet/dist/leaflet.js.map",
    # Named by leaflet.css, shown nowhere: a missing file would stop the hashing of names.
    "vendor/leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "vendor/leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "vendor/leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    # The whole build: calendars, heat and maps are in no smaller one. Fetched where a chart comes into view.
    "vendor/echarts/echarts.min.js": "echarts/dist/echarts.min.js",
}
"""Address below /static/ -> file below node_modules/."""


class VendorFinder(BaseFinder):
    """Finds the files of VENDOR_FILES for Django's staticfiles."""

    def check(self, **_: Any) -> list[Any]:
        """Nothing to check here: a missing file is told by `make setup` and by `up`."""
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """The file behind a static address, or what Django means by none."""
        source = VENDOR_FILES.get(path)
        found = Path(settings.NODE_MODULES) / source if source else None
        if found is None or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every file that npm has fetched, with a storage that knows it by its address."""
        del ignore_patterns
        for address, source in VENDOR_FILES.items():
            if (Path(settings.NODE_MODULES) / source).is_file():
                yield address, _OneFile(Path(settings.NODE_MODULES) / source)


class _OneFile(FileSystemStorage):
    """A storage that holds one file, whatever it is asked for."""

    def __init__(self, file: Path) -> None:
        super().__init__(location=file.parent)
        self.file = file
        self.prefix = ""

    def path(self, name: str) -> str:
        """The file."""
        del name
        return str(self.file)
