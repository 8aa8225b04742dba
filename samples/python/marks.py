"""Loads something large, drops it, and says so to heaptally.

    PYTHONMALLOC=malloc heaptally record -o marks.heaptally -- python3 samples/python/marks.py
    heaptally diff marks.heaptally --from mark:started --to mark:loaded
"""

import heaptally

heaptally.mark("started")
words = [str(number) for number in range(100_000)]
heaptally.mark("loaded")
del words
heaptally.mark("dropped")
print("recorded" if heaptally.is_tracing() else "not recorded")
