/*
 * Asks the processor (CPUID on x86) and the operating system (XCR0) what may be used. On aarch64
 * the vector unit is part of the base architecture.
 */
#include "cpu.h"

#include <string.h>

static const char *const names[ORTL__CPU_N_FEATURES] = {
#define FEATURE_NAME(name, text) text,
    ORTL__CPU_MAP(FEATURE_NAME)
#undef FEATURE_NAME
};

const char *ortl__cpu_name(size_t index) {
    return index < ORTL__CPU_N_FEATURES ? names[index] : NULL;
}

ortl__cpu ortl__cpu_find(const char *name) {
    for (size_t i = 0; i < ORTL__CPU_N_FEATURES; i++)
        if (strcmp(names[i], name) == 0) return (ortl__cpu)1 << i;
    return 0;
}

int ortl__cpu_read(const char *list, ortl__cpu *features_out) {
    const ortl__cpu all = ((ortl__cpu)1 << ORTL__CPU_N_FEATURES) - 1;
    *features_out = 0;
    for (;;) {
        size_t n_chars = strcspn(list, ",");
        char name[16] = "";
        if (n_chars < sizeof name) memcpy(name, list, n_chars);
        ortl__cpu feature = strcmp(name, "all") == 0 ? all : ortl__cpu_find(name);
        if (feature == 0) return -1;
        *features_out |= feature;
        if (list[n_chars] == '\0') return 0;
        list += n_chars + 1;
    }
}

#if defined(ORTL_PLAIN_ONLY)

ortl__cpu ortl__cpu_detect(void) {
    return 0;
}

#elif defined(__x86_64__) && defined(__GNUC__)

#include <cpuid.h>

/* Which register states the operating system saves. */
static uint64_t saved_states(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* Bits of CPUID leaf 7: register 0 is EBX, 1 is ECX. */
typedef struct feature_bit {
    ortl__cpu feature;
    uint8_t which;
    uint8_t bit;
    uint8_t needs_wide; /* the states of 512-bit registers and masks */
} feature_bit;

static const feature_bit bits[] = {
    {ORTL__CPU_AVX2, 0, 5, 0},      {ORTL__CPU_AVX512F, 0, 16, 1},  {ORTL__CPU_AVX512DQ, 0, 17, 1},
    {ORTL__CPU_AVX512BW, 0, 30, 1}, {ORTL__CPU_AVX512VL, 0, 31, 1}, {ORTL__CPU_AVX512VBMI, 1, 1, 1},
    {ORTL__CPU_GFNI, 1, 8, 0},
};

ortl__cpu ortl__cpu_detect(void) {
    const uint32_t osxsave_and_avx = 1u << 27 | 1u << 28;
    const uint64_t ymm_states = 0x6, zmm_states = 0xE6;
    uint32_t eax, ebx, ecx, edx;
    ortl__cpu features = 0;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return 0;
    if ((ecx & osxsave_and_avx) != osxsave_and_avx) return 0;
    uint64_t states = saved_states();
    if ((states & ymm_states) != ymm_states) return 0;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return 0;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        if (bits[i].needs_wide && (states & zmm_states) != zmm_states) continue;
        if (((bits[i].which ? ecx : ebx) >> bits[i].bit & 1) != 0) features |= bits[i].feature;
    }
    return features;
}

#elif defined(__aarch64__)

ortl__cpu ortl__cpu_detect(void) {
    return ORTL__CPU_NEON;
}

#else

ortl__cpu ortl__cpu_detect(void) {
    return 0;
}

#endif
