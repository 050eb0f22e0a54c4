"""The commands of the program `jangkau`."""
