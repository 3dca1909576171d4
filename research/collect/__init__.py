"""Taking new data: the only part of the package that talks to a network or reads raw exports."""
