"""`python -m frontdesk` is the command line."""

from frontdesk.cli import main

main()
