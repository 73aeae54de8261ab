// SPDX-License-Identifier: Apache-2.0
// A process for tests of probes. Reads commands, one a line, and answers "ok" or what is wrong:
//   open PATH       loads the library
//   close           unloads it
//   call N TIMES    calls its function N so many times
//   exec            begins this program anew, without the library
// Ends with its input.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int (*function)(int);

static void* library;

static const char* open_library(const char* path) {
  library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return library != NULL ? "ok" : dlerror();
}

static const char* call(unsigned number, unsigned times) {
  if (library == NULL) return "no library";
  function (*find)(unsigned) = (function (*)(unsigned))dlsym(library, "obi_probed_function");
  if (find == NULL) return "no functions";
  const function found = find(number);
  if (found == NULL) return "no such function";
  for (unsigned i = 0; i < times; ++i) found((int)i);
  return "ok";
}

static const char* run(char* line) {
  char path[4096];
  unsigned number;
  unsigned times;
  if (sscanf(line, "open %4095s", path) == 1) return open_library(path);
  if (sscanf(line, "call %u %u", &number, &times) == 2) return call(number, times);
  if (strcmp(line, "close\n") == 0) return dlclose(library) == 0 ? "ok" : dlerror();
  if (strcmp(line, "exec\n") == 0) {
    execl("/proc/self/exe", "probed_process", "again", NULL);
    return "exec failed";
  }
  return "unknown command";
}

int main(int argc, char** argv) {
  (void)argv;
  if (argc > 1) puts("ok");  // answers the exec
  char line[8192];
  fflush(stdout);
  while (fgets(line, sizeof(line), stdin) != NULL) {
    puts(run(line));
    fflush(stdout);
  }
  return 0;
}
