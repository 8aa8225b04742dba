/* What the two builds of library.c have in common. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Calls back from `frames` frames deep, and allocates on the way. How often, is the result. */
int torture_library_run(void (*callback)(void*), void* argument, int frames);

#ifdef __cplusplus
}
#endif
