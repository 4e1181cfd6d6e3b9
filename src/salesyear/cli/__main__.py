"""`python -m salesyear.cli`: the same as the `salesyear` command."""

from salesyear.cli.app import main

main()
