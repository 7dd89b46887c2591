#include "schedule.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 128 };
#define STAMP_NAME "verified.tsv"
#define STAMP_TEMPORARY "verified.tmp"

/* Hours since the year 0 of the Gregorian calendar; enough to tell how long ago something was. */
static int64_t hours_of(int year, int month, int day, int hour)
{
    int64_t y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day;

    return days * 24 + hour;
}

static ese_err read_line(const char *root, char line[LINE_MAX_BYTES])
{
    char path[OS_PATH_MAX];
    struct os_file *file = NULL;
    size_t got = 0;
    ese_err err = JET_errSuccess;

    TRY(path_join(path, sizeof path, root, STAMP_NAME));
    TRY(os_file_open(path, OS_OPEN_READ, &file));
    TRY(os_file_read_some(file, 0, line, LINE_MAX_BYTES - 1, &got));
    line[got] = '\0';
done:
    os_file_close(file);
    return err;
}

bool schedule_due(const char *root, unsigned hours, unsigned newest, bool trial)
{
    char line[LINE_MAX_BYTES], how[8] = "";
    int year, month, day, hour, minute, second;
    unsigned sequence;
    struct os_calendar now;
    int64_t then, at;

    if (read_line(root, line) < 0 || sscanf(line, "verified\t%4d-%2d-%2dT%2d:%2d:%2dZ\t%u\t%7[a-z]", &year, &month, &day, &hour, &minute,
                                            &second, &sequence, how) != 8)
        return true;
    os_clock_calendar(&now);
    then = hours_of(year, month, day, hour) * 60 + minute;
    at = hours_of(now.year, now.month, now.day, now.hour) * 60 + now.minute;
    return at < then || at - then >= (int64_t)hours * 60 || sequence != newest || (trial && strcmp(how, "trial") != 0);
}

ese_err schedule_note(const char *root, unsigned newest, bool trial)
{
    char temporary[OS_PATH_MAX], final[OS_PATH_MAX], line[LINE_MAX_BYTES];
    struct os_file *file = NULL;
    struct os_calendar now;
    ese_err err = JET_errSuccess;

    os_clock_calendar(&now);
    snprintf(line, sizeof line, "verified\t%04d-%02d-%02dT%02d:%02d:%02dZ\t%u\t%s\n", now.year % 10000, now.month % 100, now.day % 100,
             now.hour % 100, now.minute % 100, now.second % 100, newest, trial ? "trial" : "sums");
    TRY(path_join(temporary, sizeof temporary, root, STAMP_TEMPORARY));
    TRY(path_join(final, sizeof final, root, STAMP_NAME));
    TRY(os_file_open(temporary, OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_TRUNCATE, &file));
    TRY(os_file_write(file, 0, line, strlen(line)));
    TRY(os_file_sync(file));
    os_file_close(file);
    file = NULL;
    TRY(os_path_rename(temporary, final));
    TRY(os_dir_sync(root));
done:
    os_file_close(file);
    return err;
}

void schedule_forget(const char *root)
{
    char path[OS_PATH_MAX];

    if (path_join(path, sizeof path, root, STAMP_NAME) >= 0)
        (void)os_path_delete(path);
}
