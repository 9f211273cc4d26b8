"""`python -m open12345.project` is the command line too: child processes are started this way."""

from open12345.project.cli import main

main()
