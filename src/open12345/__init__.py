"""Open12345: a platform for a Chinese government citizen service hotline."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("open12345")
except PackageNotFoundError:  # run from a tree that was never installed
    __version__ = "0"
