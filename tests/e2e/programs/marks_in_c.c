/* The API from C: marks of odd names, and how many one likes. Arguments: COUNT more marks, named
 * "many". Prints whether it is recorded, and what errno is after all of this. */
#include "heaptally/heaptally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void* volatile kept;

int main(int argc, char** argv) {
  static char long_name[1000];
  const int count = argc > 1 ? atoi(argv[1]) : 0;
  int i;
  errno = 77;
  heaptally_mark("first");
  kept = malloc(1000);  // kept
  heaptally_mark("twice");
  free(kept);
  heaptally_mark("twice");
  heaptally_mark("");
  heaptally_mark(NULL);
  heaptally_mark("caf\xC3\xA9 \xFF\n:#2");
  memset(long_name, 'x', sizeof(long_name) - 1);
  memcpy(long_name + sizeof(long_name) - 4, "end", 3);
  heaptally_mark(long_name);
  for (i = 0; i < count; ++i) {
    kept = malloc(10);
    heaptally_mark("many");
    free(kept);
  }
  const int kept_errno = errno;
  const pid_t child = fork();
  if (child == 0) {
    heaptally_mark("of the child");
    _exit(heaptally_is_tracing());
  }
  int status = 0;
  waitpid(child, &status, 0);
  printf("tracing %d, child %d, errno %d\n", heaptally_is_tracing(), WEXITSTATUS(status),
         kept_errno);
  return 0;
}
