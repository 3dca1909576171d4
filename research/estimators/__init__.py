"""Statistical functions: arrays in, bounds, intervals and small frozen records out.

No module here reads a file or draws a random number of its own: a generator is an argument.

What means the same everywhere is said here alone. ``level`` is the confidence level of an interval.
``design_effect`` is the variance over that of as many independent units. ``cluster`` holds the
label of each unit's cluster, such as the organisation of a model; by default each unit is one.
A ``ResearchError`` says which argument is not what it should be: a count that is negative or
missing, a share outside [0, 1], arrays of different lengths, a level outside (0.5, 1). A
``CannotEstimate`` says why there is no estimate; each function lists when.
"""
