/* Loaded with RTLD_DEEPBIND: its calls find what it depends on before what is preloaded. */
#include <stdlib.h>

void* plugin_allocate(size_t size) { return malloc(size); }
void* plugin_resize(void* block, size_t size) { return realloc(block, size); }
void plugin_free(void* block) { free(block); }
