"""`python -m deck_sim`: the command line, where `deck-sim` is not on the path."""

from deck_sim.cli import main

main()
