"""`python -m cli`: the command line where the `mailroom` script is not installed."""

from cli.main import main

main()
