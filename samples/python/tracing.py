"""Looks at its own memory while it is recorded, as it would with tracemalloc.

    PYTHONMALLOC=malloc heaptally record --stopped -- \\
      python3 samples/python/tracing.py words.heaptally
    heaptally stats words.heaptally
"""

import sys

import heaptally


def text(size):
    return f"{size / (1 << 20):.1f} MiB"


def main(path):
    heaptally.start()
    if not heaptally.is_tracing():
        print("not recorded")
        return
    before, _ = heaptally.get_traced_memory()
    heaptally.reset_peak()
    words = [str(number) for number in range(100_000)]
    longest = sorted(words, key=len)[-1]
    now, peak = heaptally.get_traced_memory()
    print(f"traced: {text(now - before)} more, at most {text(peak)}")
    print("the last word was allocated by")
    for call in (heaptally.get_object_traceback(longest) or [])[:4]:
        print(f"  {call}")
    heaptally.take_snapshot(path)
    heaptally.stop()
    print(f"heaptally itself: {text(heaptally.get_overhead())} of address space")


main(sys.argv[1])
