/** What the shell is told: 0 done, 1 failed, 64 wrong usage, 78 configuration (sysexits.h). */
export type ExitCode = 0 | 1 | 64 | 78
