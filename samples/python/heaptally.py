"""What a Python program can say to heaptally while it is recorded; nothing happens where it is not.

The functions are those of include/heaptally/heaptally.h. To see what Python's objects take, record
with PYTHONMALLOC=malloc in the environment: else Python hands out most of its memory itself.
"""

import ctypes

_program = ctypes.CDLL(None)


def _function(name):
    """A function of heaptally's shim, None if the program is not recorded."""
    return getattr(_program, name, None)


_mark = _function("heaptally_mark")
_is_tracing = _function("heaptally_is_tracing")
if _mark is not None:
    _mark.argtypes = [ctypes.c_char_p]
    _mark.restype = None
if _is_tracing is not None:
    _is_tracing.argtypes = []
    _is_tracing.restype = ctypes.c_int


def mark(name):
    """Gives this moment a name: `heaptally stats FILE --at mark:NAME` shows what was live then."""
    if _mark is not None:
        _mark(name.encode(errors="surrogateescape"))


def is_tracing():
    """Whether what happens now is recorded."""
    return _is_tracing is not None and _is_tracing() == 1
