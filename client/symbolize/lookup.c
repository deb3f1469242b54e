// SPDX-License-Identifier: BSD-2-Clause
/* Asks addr2line (binutils): one process for each address, no shell. */
#include <inttypes.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "symbolize.h"

extern char **environ;

/* addr2line -f prints two lines for each function: its name, then file:line. */
static unsigned int copy_answer(FILE *to, FILE *from)
{
	char func[512], where[1024];
	unsigned int n = 0;

	while (fgets(func, sizeof(func), from) && fgets(where, sizeof(where), from)) {
		func[strcspn(func, "\n")] = '\0';
		where[strcspn(where, "\n")] = '\0';
		fprintf(to, "        %s %s at %s\n", n ? "inlined into" : "in", func, where);
		n++;
	}
	return n;
}

static pid_t start(const char *addr2line, const char *elf, uint64_t addr, int out)
{
	char text[24];
	const char *argv[] = {addr2line, "-f", "-C", "-i", "-e", elf, text, NULL};
	posix_spawn_file_actions_t fa;
	pid_t pid = -1;

	snprintf(text, sizeof(text), "0x%" PRIx64, addr);
	if (posix_spawn_file_actions_init(&fa))
		return -1;
	if (!posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO) &&
	    posix_spawnp(&pid, addr2line, &fa, NULL, (char *const *)argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

bool lookup(FILE *to, const char *addr2line, const char *elf, uint64_t addr)
{
	unsigned int lines = 0;
	int fd[2], status = -1;
	FILE *from;
	pid_t pid;

	if (pipe(fd))
		return false;
	pid = start(addr2line, elf, addr, fd[1]);
	close(fd[1]);
	from = fdopen(fd[0], "r");
	if (from) {
		if (pid > 0)
			lines = copy_answer(to, from);
		fclose(from);
	} else {
		close(fd[0]);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return lines && WIFEXITED(status) && !WEXITSTATUS(status);
}
