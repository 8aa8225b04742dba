"""Programs that heaptally cannot record, made as users make them."""

import subprocess
from pathlib import Path

ALLOCATES = """
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  for (int i = 0; i < 10; ++i) *(char *volatile *)malloc(sizeof(char *)) = 0;
  puts("done");
  return 0;
}
"""

# Without libc's headers and start files, which only gcc-multilib has for 32 bits.
THIRTY_TWO = """
int puts(const char *);
void exit(int);
void _start(void) { puts("done"); exit(0); }
"""

OWN_MALLOC = """
#include <stddef.h>
static char arena[1 << 20];
static size_t used;
const char *const greeting = GREETING;
SEEN void *malloc(size_t size) {
  void *block = arena + used;
  used += (size + 15) & ~(size_t)15;
  return block;
}
SEEN void free(void *block) { (void)block; }
SEEN void *calloc(size_t count, size_t size) { return malloc(count * size); }
SEEN void *realloc(void *block, size_t size) { (void)block; return malloc(size); }
"""

SECURE = """
#include <stdio.h>
#include <sys/auxv.h>
int main(void) { printf("secure=%lu\\n", getauxval(AT_SECURE)); return 0; }
"""


def compile_program(path, *options, source=ALLOCATES, compiler="gcc"):
    """Makes `path` of C code; options may name libraries and come after the source."""
    text = Path(f"{path}.c")
    text.write_text(source)
    done = subprocess.run([compiler, "-fno-builtin", "-w", "-o", str(path), str(text), *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text.unlink()
    return path


def static(path):
    return compile_program(path, "-static")


def static_pie(path):
    return compile_program(path, "-static-pie")


def thirty_two_bits(path):
    return compile_program(path, "-m32", "-nostdlib", "-nostartfiles", "-no-pie", "-fno-pie",
                           "-fno-stack-protector", "/lib32/libc.so.6",
                           "-Wl,-dynamic-linker,/lib/ld-linux.so.2", source=THIRTY_TWO)


def musl(path):
    return compile_program(path, compiler="musl-gcc")


def own_malloc(path, *options, seen="", greeting="hello"):
    return compile_program(path, f"-DSEEN={seen}", f'-DGREETING="{greeting}"', *options,
                           source=OWN_MALLOC + ALLOCATES)


def jemalloc(path, *options):
    """With jemalloc's archive, of which `options` may say more."""
    return compile_program(path, "-Wl,--whole-archive", "-l:libjemalloc.a",
                           "-Wl,--no-whole-archive", "-lm", "-lstdc++", *options)
