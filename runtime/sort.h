/*
 * Sorting in place without recursion and without heap memory (qsort of some C libraries uses both),
 * in time n log n for every input.
 */
#ifndef ORTL_SORT_H
#define ORTL_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Of numbers; no NaN. */
#define ORTL__IS_LESS(a, b) ((a) < (b))

/* The definition of a function that sorts n elements of a type ascending: heap sort. is_less, a
 * macro or a function of two elements, must order them totally. */
#define ORTL__SORT_DEFINE(function, type, is_less)                                                 \
    static void function##_sink(type *elements, size_t at, size_t n) {                             \
        type moving = elements[at];                                                                \
        for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {                           \
            if (child + 1 < n && is_less(elements[child], elements[child + 1])) child++;           \
            if (!is_less(moving, elements[child])) break;                                          \
            elements[at] = elements[child];                                                        \
            at = child;                                                                            \
        }                                                                                          \
        elements[at] = moving;                                                                     \
    }                                                                                              \
    static void function(type *elements, size_t n) {                                               \
        for (size_t i = n / 2; i > 0; i--) function##_sink(elements, i - 1, n);                    \
        for (size_t left = n; left > 1; left--) {                                                  \
            type greatest = elements[0];                                                           \
            elements[0] = elements[left - 1];                                                      \
            elements[left - 1] = greatest;                                                         \
            function##_sink(elements, 0, left - 1);                                                \
        }                                                                                          \
    }

#endif
