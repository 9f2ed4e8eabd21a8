/*
 * Files that appear complete or not at all: what is at the path before, between and after.
 */
#include "../runtime/saved_file.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/ortl_saved_XXXXXX";
static char path[64];
static char temporary[sizeof path + ORTL__SAVED_SUFFIX_BYTES];

static void set_up(void) {
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
}

static size_t count_entries(void) {
    size_t n = 0;
    DIR *listing = opendir(folder);
    ck_assert_ptr_nonnull(listing);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(listing);
    return n;
}

static void tear_down(void) {
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void put(int descriptor, const char *text) {
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
}

static void make_file(const char *text) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    put(descriptor, text);
    close(descriptor);
}

static void expect_file(const char *wanted) {
    char text[64] = "";
    int descriptor = open(path, O_RDONLY);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_ge(read(descriptor, text, sizeof text - 1), 0);
    close(descriptor);
    ck_assert_str_eq(text, wanted);
}

START_TEST(a_new_file_appears_at_the_end) {
    int descriptor = ortl__saved_open(path, temporary);
    put(descriptor, "new");
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(ortl__saved_finish(descriptor, temporary, path), 0);
    expect_file("new");
    ck_assert_uint_eq(count_entries(), 1);
}
END_TEST

START_TEST(the_old_file_stays_until_the_end_and_keeps_its_mode) {
    struct stat about = {0};
    make_file("old");
    int descriptor = ortl__saved_open(path, temporary);
    put(descriptor, "new");
    expect_file("old");
    ck_assert_int_eq(ortl__saved_finish(descriptor, temporary, path), 0);
    expect_file("new");
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0640);
}
END_TEST

START_TEST(a_discarded_file_leaves_no_trace) {
    make_file("old");
    int descriptor = ortl__saved_open(path, temporary);
    put(descriptor, "new");
    ortl__saved_discard(descriptor, temporary);
    expect_file("old");
    ck_assert_uint_eq(count_entries(), 1);
}
END_TEST

START_TEST(names_of_killed_processes_are_no_obstacle) {
    make_file("old");
    int first = ortl__saved_open(path, temporary);
    char other[sizeof temporary];
    int second = ortl__saved_open(path, other);
    ck_assert_str_ne(temporary, other);
    put(second, "second");
    ck_assert_int_eq(ortl__saved_finish(second, other, path), 0);
    ortl__saved_discard(first, temporary);
    expect_file("second");
}
END_TEST

START_TEST(what_cannot_be_replaced_is_written_in_place) {
    struct stat before = {0}, after = {0};
    make_file("old text");
    ck_assert_int_eq(stat(path, &before), 0);
    int descriptor = ortl__saved_open_in_place(path, temporary);
    ck_assert_str_eq(temporary, "");
    put(descriptor, "new");
    expect_file("new");
    ck_assert_int_eq(ortl__saved_finish(descriptor, temporary, path), 0);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert(before.st_ino == after.st_ino);
    descriptor = ortl__saved_open("/dev/null", temporary);
    ck_assert_str_eq(temporary, "");
    ortl__saved_discard(descriptor, temporary);
}
END_TEST

START_TEST(a_link_stays_a_link) {
    char link[sizeof path + 8];
    struct stat about = {0};
    make_file("old");
    snprintf(link, sizeof link, "%s_link", path);
    ck_assert_int_eq(symlink("file", link), 0);
    int descriptor = ortl__saved_open(link, temporary);
    put(descriptor, "new");
    ck_assert_int_eq(ortl__saved_finish(descriptor, temporary, link), 0);
    expect_file("new");
    ck_assert_int_eq(lstat(link, &about), 0);
    ck_assert(S_ISLNK(about.st_mode));
    unlink(link);
}
END_TEST

START_TEST(failures_say_why) {
    ck_assert_int_eq(ortl__saved_open(folder, temporary), -1);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(ortl__saved_open("/nowhere/file", temporary), -1);
    ck_assert_int_eq(errno, ENOENT);
    int descriptor = ortl__saved_open(path, temporary);
    ck_assert_int_eq(mkdir(path, 0700), 0); /* appears meanwhile */
    ck_assert_int_eq(ortl__saved_finish(descriptor, temporary, path), -1);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_uint_eq(count_entries(), 1);
    rmdir(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("saved_file");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, a_new_file_appears_at_the_end);
    tcase_add_test(files, the_old_file_stays_until_the_end_and_keeps_its_mode);
    tcase_add_test(files, a_discarded_file_leaves_no_trace);
    tcase_add_test(files, names_of_killed_processes_are_no_obstacle);
    tcase_add_test(files, what_cannot_be_replaced_is_written_in_place);
    tcase_add_test(files, a_link_stays_a_link);
    tcase_add_test(files, failures_say_why);
    suite_add_tcase(suite, files);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
