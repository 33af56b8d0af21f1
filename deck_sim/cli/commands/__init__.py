"""The commands of the program, each with the helpers that only it uses."""
