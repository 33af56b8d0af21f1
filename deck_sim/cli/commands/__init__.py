"""The commands of the program, each with what only it needs."""
