"""What a Python program can say to heaptally while it is recorded, and ask; where it is not,
nothing happens, and nobody answers.

The functions are those of include/heaptally/heaptally.h, by the names of tracemalloc where that
has one. To see what Python's objects take, record with PYTHONMALLOC=malloc in the environment: else
Python hands out most of its memory itself.
"""

import ctypes
import os

_program = ctypes.CDLL(None, use_errno=True)
_SIZE = ctypes.c_size_t
_DEEPEST = 8192


def _function(name, result, *arguments):
    """A function of heaptally's shim, None if the program is not recorded."""
    function = getattr(_program, name, None)
    if function is not None:
        function.restype = result
        function.argtypes = arguments
    return function


_mark = _function("heaptally_mark", None, ctypes.c_char_p)
_is_tracing = _function("heaptally_is_tracing", ctypes.c_int)
_start = _function("heaptally_start", None)
_stop = _function("heaptally_stop", None)
_get_traced_memory = _function("heaptally_get_traced_memory", ctypes.c_int,
                               ctypes.POINTER(_SIZE), ctypes.POINTER(_SIZE))
_reset_peak = _function("heaptally_reset_peak", None)
_clear_traces = _function("heaptally_clear_traces", None)
_take_snapshot = _function("heaptally_take_snapshot", ctypes.c_int, ctypes.c_char_p)
_get_object_traceback = _function("heaptally_get_object_traceback", ctypes.c_int, ctypes.c_void_p,
                                  ctypes.POINTER(ctypes.c_void_p), ctypes.c_int)
_get_overhead = _function("heaptally_get_overhead", _SIZE)


def mark(name):
    """Gives this moment a name: `heaptally stats FILE --at mark:NAME` shows what was live then."""
    if _mark is not None:
        _mark(name.encode(errors="surrogateescape"))


def is_tracing():
    """Whether allocations are recorded now."""
    return _is_tracing is not None and _is_tracing() == 1


def start():
    """Records allocations again after stop(), or for the first time after `record --stopped`."""
    if _start is not None:
        _start()


def stop():
    """Records no allocations any more, until start(). Unlike tracemalloc's, this forgets nothing:
    for that there is clear_traces()."""
    if _stop is not None:
        _stop()


def get_traced_memory():
    """(bytes live now, and at most since the start, reset_peak() or clear_traces()); (0, 0) if
    nobody can answer."""
    current, peak = _SIZE(), _SIZE()
    if _get_traced_memory is not None:
        _get_traced_memory(current, peak)
    return current.value, peak.value


def reset_peak():
    """From here on, get_traced_memory() tells the peak since now."""
    if _reset_peak is not None:
        _reset_peak()


def clear_traces():
    """Forgets all blocks that are live: they are no leaks, and their frees do not count."""
    if _clear_traces is not None:
        _clear_traces()


def take_snapshot(path):
    """Writes a recording of everything so far to a new file, which every command of heaptally
    reads. Raises OSError if it cannot be written, or nobody can answer."""
    if _take_snapshot is None:
        raise OSError("this program is not recorded by heaptally")
    if _take_snapshot(os.fsencode(path)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


class _Symbol(ctypes.Structure):
    _fields_ = [("file", ctypes.c_char_p), ("base", ctypes.c_void_p), ("name", ctypes.c_char_p),
                ("address", ctypes.c_void_p)]


_dladdr = _program.dladdr
_dladdr.restype = ctypes.c_int
_dladdr.argtypes = (ctypes.c_void_p, ctypes.POINTER(_Symbol))


def _describe(address):
    """The exported symbol and the file that a return address lies in, as far as they are known."""
    symbol = _Symbol()
    # The call is before the address that it returns to.
    if _dladdr(address - 1, symbol) == 0:
        return f"{address:#x}"
    file = os.path.basename(os.fsdecode(symbol.file))
    if not symbol.name:
        return f"{file}+{address - symbol.base:#x}"
    return f"{os.fsdecode(symbol.name)}+{address - symbol.address:#x} ({file})"


def get_object_traceback(object):
    """The calls that allocated an object, the most recent first, as text; None if it is not the
    beginning of a recorded block. Objects that take part in garbage collection have their
    collector's header before them: the block begins there. The calls are those of the interpreter
    in C: to which Python lines they belong is not recorded."""
    if _get_object_traceback is None:
        return None
    frames = (ctypes.c_void_p * _DEEPEST)()
    # id() is the address in CPython. Two words come before an object with a collector's header, and
    # two more with a __dict__ that is kept before it.
    for before in (0, 16, 32):
        depth = _get_object_traceback(id(object) - before, frames, _DEEPEST)
        if depth != 0:
            return [_describe(address) for address in frames[:min(depth, _DEEPEST)]]
    return None


def get_tracemalloc_memory():
    """get_overhead(), by the name that tracemalloc has for it."""
    return get_overhead()


def get_overhead():
    """Bytes of this process's address space that heaptally has mapped for itself."""
    return 0 if _get_overhead is None else _get_overhead()
