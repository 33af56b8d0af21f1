"""`python -m deck_sim` does the same as the command `deck-sim`."""

from deck_sim.cli import main

main()
