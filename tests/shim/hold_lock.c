/*
 * hold_lock.c - opens a file as the engine opens a database, says so, and holds it until its input ends. Exit 3: refused.
 */
#include <stdio.h>

#include "os/os.h"

int main(int argc, char **argv)
{
    struct os_file *file;
    ese_err err = argc > 1 ? os_file_open(argv[1], OS_OPEN_WRITE | OS_OPEN_EXCLUSIVE, &file) : JET_errInvalidPath;

    if (err < 0) {
        printf("refused %d\n", (int)err);
        return err == JET_errFileAccessDenied ? 3 : 1;
    }
    printf("held\n");
    (void)fflush(stdout);
    (void)getchar();
    os_file_close(file);
    return 0;
}
