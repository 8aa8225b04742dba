"""Asks what is traced, once at first and then for each line that it reads: 0, or -1 in vain."""

import ctypes
import sys

ask = ctypes.CDLL(None).heaptally_get_traced_memory
print(ask(None, None), flush=True)
for _ in sys.stdin:
    print(ask(None, None), flush=True)
