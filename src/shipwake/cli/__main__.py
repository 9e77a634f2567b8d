"""Run the command line as `python -m shipwake.cli`."""

from shipwake.cli.verbs import main

main()
