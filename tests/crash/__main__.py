"""`python -m tests.crash`: kill at every crash point, plant bugs, kill at random; prints a table of what came of it."""

from tests.crash.command import main

main()
