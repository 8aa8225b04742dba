// Allocates 1000 bytes for each line that it reads, and never frees them. Prints its PID first, and
// at the end how often SIGUSR2 came.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t came;
static void* volatile kept;

static void count(int number) {
  (void)number;
  ++came;
}

int main(void) {
  char line[100];
  signal(SIGUSR2, count);
  printf("%d\n", (int)getpid());
  fflush(stdout);
  while (fgets(line, sizeof(line), stdin) != NULL) {
    kept = malloc(1000);  // allocates
    printf("done\n");
    fflush(stdout);
  }
  printf("usr2=%d\n", (int)came);
  return 0;
}
