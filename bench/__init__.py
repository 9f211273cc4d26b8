"""Benchmarks: figures printed beside a limit or a rival of the same run; never timed tests."""
