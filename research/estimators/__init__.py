"""Statistical functions: arrays in, bounds, intervals and small frozen records out.

No module here reads a file or draws a random number of its own: a generator is an argument.
"""
